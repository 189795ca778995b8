package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Shapes.circle;
import static dev.hypersd.scene.drawing.Shapes.ellipse;
import static dev.hypersd.scene.drawing.Shapes.line;
import static dev.hypersd.scene.drawing.Shapes.minus;
import static dev.hypersd.scene.drawing.Shapes.path;
import static dev.hypersd.scene.drawing.Shapes.union;
import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.DARK;
import static dev.hypersd.scene.drawing.Tone.LIGHT;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.SHINE;
import static dev.hypersd.scene.drawing.Tone.WOOD;

import java.util.List;

/** Cups, T-shirts, umbrellas and balloons. */
final class Things {
    private Things() {}

    static List<Layer> cup() {
        return List.of(
                Layer.of(BODY, minus(ellipse(.27, .04, .22, .2), ellipse(.27, .04, .12, .1))),
                Layer.of(
                        BODY,
                        path("M-.48 -.3 L.28 -.3 C.29 .06 .26 .32 .12 .47 L-.32 .47 C-.46 .32 -.49 .06 -.48 -.3Z")),
                Layer.of(LIGHT, ellipse(-.1, -.3, .38, .11)),
                Layer.of(WOOD, ellipse(-.1, -.285, .3, .07)),
                Layer.of(SHINE, union(line(.06, "M-.38 -.08 Q-.38 .1 -.32 .24"), circle(-.28, .33, .028))));
    }

    static List<Layer> shirt() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M-.18 -.42 C-.3 -.37 -.42 -.3 -.5 -.22 L-.42 .06 L-.27 .0 L-.28 .46 C-.1 .48 .1 .48 "
                                + ".28 .46 L.27 .0 L.42 .06 L.5 -.22"
                                + " C.42 -.3 .3 -.37 .18 -.42 C.1 -.3 -.1 -.3 -.18 -.42Z")),
                Layer.of(
                        SHADE, path("M-.44 -.01 L-.28 -.07 L-.27 .0 L-.42 .06Z M.44 -.01 L.28 -.07 L.27 .0 L.42 .06Z")),
                Layer.of(SHADE, path("M-.18 -.42 C-.1 -.3 .1 -.3 .18 -.42 L.24 -.395 C.14 -.21 -.14 -.21 -.24 -.395Z")),
                Layer.of(SHADE, line(.022, "M-.27 -.02 Q-.26 -.12 -.29 -.2 M.27 -.02 Q.26 -.12 .29 -.2")),
                Layer.of(SHINE, line(.05, "M-.4 -.2 Q-.34 -.26 -.28 -.29")));
    }

    static List<Layer> umbrella() {
        return List.of(
                Layer.of(WOOD, line(.06, "M0 -.1 L0 .36 C0 .5 .18 .5 .18 .36")),
                Layer.of(WOOD, line(.05, "M0 -.48 L0 -.4")),
                Layer.of(
                        BODY,
                        path("M-.5 .06 C-.48 -.28 -.26 -.43 0 -.43 C.26 -.43 .48 -.28 .5 .06"
                                + " Q.33 -.07 .17 .05 Q0 -.06 -.17 .05 Q-.33 -.07 -.5 .06Z")),
                Layer.of(
                        LIGHT,
                        path("M-.17 .05 C-.18 -.18 -.1 -.36 0 -.43 C.1 -.36 .18 -.18 .17 .05 Q0 -.06 -.17 .05Z")),
                Layer.of(SHINE, line(.05, "M-.38 -.13 Q-.33 -.24 -.24 -.3")));
    }

    static List<Layer> balloon() {
        return List.of(
                Layer.of(DARK, line(.026, "M0 .28 C.1 .35 -.1 .41 0 .49")),
                Layer.of(SHADE, path("M0 .2 L.075 .31 Q0 .29 -.075 .31Z")),
                Layer.of(
                        BODY,
                        path("M0 .25 C-.26 .16 -.38 -.02 -.38 -.16 C-.38 -.36 -.2 -.49 0 -.49"
                                + " C.2 -.49 .38 -.36 .38 -.16 C.38 -.02 .26 .16 0 .25Z")),
                Layer.of(SHINE, union(line(.075, "M-.25 -.17 Q-.25 -.31 -.14 -.37"), circle(-.22, -.05, .035))));
    }
}
