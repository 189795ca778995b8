package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Shapes.circle;
import static dev.hypersd.scene.drawing.Shapes.common;
import static dev.hypersd.scene.drawing.Shapes.ellipse;
import static dev.hypersd.scene.drawing.Shapes.line;
import static dev.hypersd.scene.drawing.Shapes.path;
import static dev.hypersd.scene.drawing.Shapes.turned;
import static dev.hypersd.scene.drawing.Shapes.union;
import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.CREAM;
import static dev.hypersd.scene.drawing.Tone.GOLD;
import static dev.hypersd.scene.drawing.Tone.LEAF;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.SHINE;
import static dev.hypersd.scene.drawing.Tone.WOOD;

import java.awt.Shape;
import java.util.ArrayList;
import java.util.List;

/** The figures of trees, mushrooms, flowers and apples. */
final class Plants {
    private static final int PETALS = 6;

    private Plants() {}

    static List<Layer> tree() {
        return List.of(
                Layer.of(
                        WOOD, path("M-.07 .05 L.07 .05 C.07 .25 .09 .4 .17 .49 L-.17 .49 C-.09 .4 -.07 .25 -.07 .05Z")),
                Layer.of(
                        BODY,
                        union(
                                circle(-.25, .01, .22),
                                circle(.25, .01, .22),
                                circle(-.13, -.22, .22),
                                circle(.13, -.22, .23),
                                circle(0, -.29, .2),
                                ellipse(0, .04, .2, .2))),
                Layer.of(
                        SHADE,
                        line(.028, "M-.2 .08 Q-.09 .12 -.04 .02 M.06 .1 Q.17 .12 .21 .02 M.2 -.09 Q.31 -.09 .33 -.19")),
                Layer.of(SHADE, line(.028, "M-.05 -.1 Q.05 -.07 .09 -.17")),
                Layer.of(SHINE, union(line(.055, "M-.28 -.24 Q-.24 -.35 -.14 -.39"), circle(-.36, -.06, .035))));
    }

    static List<Layer> mushroom() {
        Shape cap = path("M-.49 .06 C-.5 -.28 -.27 -.47 0 -.47 C.27 -.47 .5 -.28 .49 .06 C.47 .14 -.47 .14 -.49 .06Z");
        return List.of(
                Layer.of(
                        CREAM,
                        path("M-.14 .02 C-.12 .18 -.2 .3 -.19 .42 C-.18 .5 .18 .5 .19 .42 C.2 .3 .12 .18 .14 .02Z")),
                Layer.of(BODY, cap),
                Layer.of(
                        CREAM,
                        common(
                                cap,
                                union(
                                        ellipse(-.19, -.17, .1, .095),
                                        ellipse(.1, -.31, .085, .07),
                                        ellipse(.28, -.08, .09, .095),
                                        ellipse(.04, -.03, .06, .055),
                                        ellipse(-.42, .0, .08, .08)))),
                Layer.of(SHINE, line(.045, "M-.34 -.22 Q-.28 -.33 -.18 -.37")));
    }

    static List<Layer> flower() {
        double x = 0;
        double y = -.16;
        List<Layer> layers = new ArrayList<>();
        layers.add(Layer.of(LEAF, line(.06, "M0 -.1 Q.03 .2 0 .47")));
        layers.add(Layer.of(LEAF, path("M.01 .4 C.06 .2 .2 .14 .36 .17 C.34 .33 .2 .43 .01 .4Z")));
        layers.add(Layer.of(LEAF, path("M.0 .42 C-.06 .26 -.18 .2 -.32 .24 C-.29 .38 -.18 .46 .0 .42Z")));
        for (int i = 0; i < PETALS; i++) {
            layers.add(Layer.of(BODY, turned(ellipse(x, y - .2, .115, .14), 360.0 * i / PETALS, x, y)));
        }
        layers.add(Layer.of(GOLD, circle(x, y, .115)));
        layers.add(Layer.of(SHINE, circle(x - .035, y - .04, .03)));
        return List.copyOf(layers);
    }

    static List<Layer> apple() {
        return List.of(
                Layer.of(WOOD, line(.055, "M0 -.25 Q0 -.38 .06 -.46")),
                Layer.of(LEAF, path("M.05 -.31 C.08 -.46 .22 -.5 .36 -.44 C.32 -.3 .18 -.25 .05 -.31Z")),
                Layer.of(
                        BODY,
                        path("M0 -.24 C-.2 -.37 -.47 -.27 -.46 .05 C-.44 .33 -.25 .5 -.11 .48 C-.04 .46 .04 .46"
                                + " .11 .48 C.25 .5 .44 .33 .46 .05 C.47 -.27 .2 -.37 0 -.24Z")),
                Layer.of(SHADE, path("M-.12 -.25 Q0 -.14 .12 -.25 Q0 -.21 -.12 -.25Z")),
                Layer.of(SHINE, union(line(.07, "M-.33 .02 Q-.34 -.12 -.24 -.18"), circle(-.3, .14, .035))));
    }
}
