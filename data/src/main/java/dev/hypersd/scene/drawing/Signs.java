package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Shapes.circle;
import static dev.hypersd.scene.drawing.Shapes.ellipse;
import static dev.hypersd.scene.drawing.Shapes.line;
import static dev.hypersd.scene.drawing.Shapes.path;
import static dev.hypersd.scene.drawing.Shapes.rounded;
import static dev.hypersd.scene.drawing.Shapes.turned;
import static dev.hypersd.scene.drawing.Shapes.union;
import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.LIGHT;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.SHINE;

import java.util.List;

/** The figures of hearts, stars, crystals and moons. */
final class Signs {
    private Signs() {}

    static List<Layer> heart() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M0 .46 C-.2 .31 -.5 .11 -.5 -.16 C-.5 -.35 -.38 -.45 -.25 -.45 C-.13 -.45 -.04 -.38 "
                                + "0 -.27"
                                + " C.04 -.38 .13 -.45 .25 -.45 C.38 -.45 .5 -.35 "
                                + ".5 -.16 C.5 .11 .2 .31 0 .46Z")),
                Layer.of(SHINE, union(line(.075, "M-.385 -.13 Q-.38 -.29 -.26 -.33"), circle(-.34, .02, .035))));
    }

    static List<Layer> star() {
        return List.of(
                Layer.of(BODY, rounded(Shapes.star(0, .035, .44, .2), .055)),
                Layer.of(SHINE, union(line(.055, "M-.09 -.12 L-.03 -.28"), circle(-.12, -.04, .03))));
    }

    static List<Layer> crystal() {
        return List.of(
                Layer.of(BODY, path("M-.29 -.4 L.29 -.4 L.5 -.11 L0 .47 L-.5 -.11Z")),
                Layer.of(LIGHT, path("M-.29 -.4 L-.5 -.11 L-.21 -.11Z M-.29 -.4 L0 -.4 L-.21 -.11Z")),
                Layer.of(LIGHT, path("M-.21 -.11 L.21 -.11 L0 .47Z")),
                Layer.of(SHADE, path("M.29 -.4 L.5 -.11 L.21 -.11Z M.21 -.11 L.5 -.11 L0 .47Z")),
                Layer.of(SHINE, union(line(.035, "M-.25 -.33 L-.36 -.18"), line(.03, "M-.13 -.02 L-.05 .2"))));
    }

    static List<Layer> moon() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M.12 -.48 C-.26 -.52 -.48 -.25 -.48 .01 C-.48 .31 -.23 .51 .08 .48 C.25 .46 .39 .36 "
                                + ".46 .21"
                                + " C.17 .31 -.13 .17 -.14 -.12 C-.14 -.29 -.03 -.41 .12 -.48Z")),
                Layer.of(SHADE, union(circle(-.29, .12, .07), circle(-.1, .31, .05), circle(-.33, -.1, .035))),
                Layer.of(SHINE, turned(ellipse(-.25, -.3, .035, .09), 38, -.25, -.3)));
    }
}
