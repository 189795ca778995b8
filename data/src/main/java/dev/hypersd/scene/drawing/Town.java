package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Shapes.box;
import static dev.hypersd.scene.drawing.Shapes.circle;
import static dev.hypersd.scene.drawing.Shapes.line;
import static dev.hypersd.scene.drawing.Shapes.path;
import static dev.hypersd.scene.drawing.Shapes.union;
import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.CREAM;
import static dev.hypersd.scene.drawing.Tone.DARK;
import static dev.hypersd.scene.drawing.Tone.GLASS;
import static dev.hypersd.scene.drawing.Tone.GLOW;
import static dev.hypersd.scene.drawing.Tone.LIGHT;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.SHINE;
import static dev.hypersd.scene.drawing.Tone.WOOD;

import java.util.List;

/** Houses, boats and cars. */
final class Town {
    private Town() {}

    static List<Layer> house() {
        return List.of(
                Layer.of(SHADE, box(.2, -.42, .33, -.1)),
                Layer.of(BODY, path("M-.37 -.12 L0 -.4 L.37 -.12 L.37 .47 L-.37 .47Z")),
                Layer.of(
                        SHADE,
                        path("M0 -.49 C.03 -.49 .05 -.47 .07 -.45 L.49 -.08 C.52 -.04 .48 .02 .43 .01 L.41 0 L0 "
                                + "-.35 L-.41 0 L-.43 .01"
                                + " C-.48 .02 -.52 -.04 -.49 -.08 L-.07 -.45 C-.05 -.47 -.03 -.49 0 -.49Z")),
                Layer.of(WOOD, path("M.05 .47 L.05 .22 C.05 .08 .27 .08 .27 .22 L.27 .47Z")),
                Layer.of(GLOW, box(-.28, .06, -.06, .28)),
                Layer.of(GLOW, circle(0, -.13, .075)),
                Layer.of(WOOD, line(.028, "M-.17 .07 L-.17 .27 M-.27 .17 L-.07 .17")),
                Layer.of(DARK, circle(.225, .31, .022)));
    }

    static List<Layer> boat() {
        return List.of(
                Layer.of(WOOD, box(-.025, -.44, .025, .2)),
                Layer.of(BODY, path("M.02 -.48 L.02 -.32 L.24 -.4Z")),
                Layer.of(CREAM, path("M.06 -.26 C.22 -.2 .38 -.04 .42 .13 L.06 .13Z")),
                Layer.of(LIGHT, path("M-.06 -.4 C-.16 -.2 -.3 -.02 -.38 .13 L-.06 .13Z")),
                Layer.of(
                        BODY,
                        path("M-.5 .18 C-.2 .22 .2 .22 .5 .18 C.48 .32 .4 .42 .3 .47 L-.3 .47 C-.4 .42 -.48 .32 "
                                + "-.5 .18Z")),
                Layer.of(CREAM, path("M-.46 .29 C-.2 .32 .2 .32 .46 .29 L.44 .34 C.2 .37 -.2 .37 -.44 .34Z")));
    }

    static List<Layer> car() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M-.46 .24 C-.5 .24 -.5 .2 -.5 .16 L-.49 .06 C-.48 -.02 -.42 -.05 -.34 -.06 L-.25 "
                                + "-.25 C-.22 -.31 -.18 -.33 -.12 -.33"
                                + " L.09 -.33 C.15 -.33 .19 -.31 .22 -.27 L.33 -.07 C.44 -.05 .49 .0 .5 .1 "
                                + "L.5 .18 C.5 .23 .48 .24 .45 .24Z")),
                Layer.of(GLASS, path("M-.26 -.05 L-.19 -.2 C-.17 -.24 -.15 -.25 -.11 -.25 L-.04 -.25 L-.04 -.05Z")),
                Layer.of(GLASS, path("M.03 -.05 L.03 -.25 L.08 -.25 C.12 -.25 .14 -.24 .16 -.21 L.24 -.05Z")),
                Layer.of(SHADE, union(line(.022, "M0 -.04 L0 .18"), line(.03, "M.05 .03 L.1 .03"))),
                Layer.of(GLOW, circle(.44, .06, .045)),
                Layer.of(DARK, union(circle(-.27, .23, .135), circle(.27, .23, .135))),
                Layer.of(CREAM, union(circle(-.27, .23, .06), circle(.27, .23, .06))),
                Layer.of(SHINE, line(.04, "M-.42 .04 Q-.4 .0 -.34 -.0")));
    }
}
