package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Shapes.circle;
import static dev.hypersd.scene.drawing.Shapes.ellipse;
import static dev.hypersd.scene.drawing.Shapes.line;
import static dev.hypersd.scene.drawing.Shapes.path;
import static dev.hypersd.scene.drawing.Shapes.turned;
import static dev.hypersd.scene.drawing.Shapes.union;
import static dev.hypersd.scene.drawing.Tone.BLUSH;
import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.CREAM;
import static dev.hypersd.scene.drawing.Tone.DARK;
import static dev.hypersd.scene.drawing.Tone.LIGHT;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.SHINE;

import java.util.List;

/** The figures of fish, cats, dogs and butterflies. */
final class Animals {
    private Animals() {}

    static List<Layer> fish() {
        return List.of(
                Layer.of(SHADE, path("M-.18 -.2 C-.12 -.4 .08 -.42 .16 -.36 C.1 -.3 .12 -.24 .14 -.16Z")),
                Layer.of(SHADE, path("M-.1 .2 C-.06 .36 .06 .38 .12 .34 C.08 .28 .08 .22 .1 .16Z")),
                Layer.of(
                        SHADE,
                        path("M.2 0 C.3 -.1 .36 -.26 .5 -.27 C.46 -.14 .42 -.06 .42 0 C.42 .06 .46 .14 .5 .27 "
                                + "C.36 .26 .3 .1 .2 0Z")),
                Layer.of(BODY, path("M-.5 .02 C-.38 -.34 .1 -.36 .32 0 C.12 .34 -.36 .34 -.5 .02Z")),
                Layer.of(
                        LIGHT,
                        path("M-.14 .13 C-.22 .05 -.22 -.04 -.14 -.1 C-.02 -.06 .04 .02 .02 .06 C-.02 .12 -.08 "
                                + ".14 -.14 .13Z")),
                Layer.of(SHADE, line(.026, "M.09 -.13 Q.15 -.07 .11 -.01 M.11 .05 Q.16 .1 .09 .15")),
                Layer.of(CREAM, circle(-.31, -.05, .078)),
                Layer.of(DARK, union(circle(-.325, -.045, .048), line(.024, "M-.46 .09 Q-.4 .12 -.36 .09"))),
                Layer.of(SHINE, circle(-.34, -.065, .019)));
    }

    static List<Layer> cat() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M-.44 .12 C-.46 -.1 -.46 -.3 -.41 -.46 C-.39 -.5 -.34 -.48 -.3 -.44 L-.15 -.27 "
                                + "C-.06 -.3 .06 -.3 .15 -.27"
                                + " L.3 -.44 C.34 -.48 .39 -.5 .41 -.46 C.46 -.3 .46 -.1 .44 .12"
                                + " C.42 .34 .24 .46 0 .46 C-.24 .46 -.42 .34 -.44 .12Z")),
                Layer.of(
                        BLUSH,
                        path("M-.38 -.16 C-.4 -.26 -.39 -.35 -.36 -.4 L-.22 -.24 C-.29 -.2 -.34 -.18 -.38 -.16Z"
                                + " M.38 -.16 C.4 -.26 .39 -.35 .36 -.4 L.22 -.24 C.29 -.2 .34 -.18 .38 -.16Z")),
                Layer.of(SHADE, line(.035, "M0 -.28 L0 -.17 M-.1 -.27 L-.08 -.19 M.1 -.27 L.08 -.19")),
                Layer.of(LIGHT, union(ellipse(-.09, .25, .115, .09), ellipse(.09, .25, .115, .09))),
                Layer.of(
                        DARK,
                        union(
                                ellipse(-.19, .04, .064, .085),
                                ellipse(.19, .04, .064, .085),
                                line(.022, "M0 .2 L0 .25 Q-.02 .31 -.09 .3 M0 .25 Q.02 .31 .09 .3"),
                                line(
                                        .02,
                                        "M-.24 .22 L-.44 .17 M-.24 .28 L-.43 .31 M.24 "
                                                + ".22 L.44 .17 M.24 .28 L.43 .31"))),
                Layer.of(BLUSH, path("M-.05 .155 L.05 .155 Q.03 .22 0 .22 Q-.03 .22 -.05 .155Z")),
                Layer.of(SHINE, union(circle(-.21, .01, .024), circle(.17, .01, .024))));
    }

    static List<Layer> dog() {
        return List.of(
                Layer.of(
                        BODY,
                        path("M0 -.45 C.26 -.45 .36 -.26 .36 0 C.36 .28 .24 .46 0 .46 C-.24 .46 -.36 .28 -.36 0 "
                                + "C-.36 -.26 -.26 -.45 0 -.45Z")),
                Layer.of(
                        SHADE,
                        path("M-.16 -.4 C-.36 -.5 -.52 -.26 -.49 .04 C-.48 .2 -.36 .24 -.31 .12 C-.27 -.02 -.26 "
                                + "-.22 -.16 -.4Z")),
                Layer.of(
                        SHADE,
                        path("M.16 -.4 C.36 -.5 .52 -.26 .49 .04 C.48 .2 .36 .24 .31 .12 C.27 -.02 .26 -.22 .16 -.4Z")),
                Layer.of(
                        CREAM,
                        path("M0 -.02 C.07 -.02 .1 .06 .16 .1 C.28 .18 .22 .4 0 .4 C-.22 .4 -.28 .18 -.16 .1 C-.1 "
                                + ".06 -.07 -.02 0 -.02Z")),
                Layer.of(BLUSH, path("M-.06 .29 L.06 .29 C.08 .36 .06 .42 0 .42 C-.06 .42 -.08 .36 -.06 .29Z")),
                Layer.of(
                        DARK,
                        union(
                                circle(-.15, -.1, .058),
                                circle(.15, -.1, .058),
                                ellipse(0, .13, .09, .065),
                                line(.024, "M0 .18 L0 .26 M-.13 .25 Q-.06 .32 0 .26 Q.06 .32 .13 .25"))),
                Layer.of(
                        SHINE,
                        union(circle(-.165, -.12, .021), circle(.135, -.12, .021), ellipse(-.025, .11, .03, .018))));
    }

    static List<Layer> butterfly() {
        return List.of(
                Layer.of(DARK, line(.024, "M-.01 -.2 Q-.04 -.38 -.16 -.43 M.01 -.2 Q.04 -.38 .16 -.43")),
                Layer.of(
                        SHADE,
                        path("M-.02 .04 C-.2 .02 -.4 .1 -.39 .28 C-.38 .46 -.18 .5 -.08 .34 C-.04 .26 -.02 .16 "
                                + "-.02 .04Z")),
                Layer.of(
                        SHADE,
                        path("M.02 .04 C.2 .02 .4 .1 .39 .28 C.38 .46 .18 .5 .08 .34 C.04 .26 .02 .16 .02 .04Z")),
                Layer.of(
                        BODY,
                        path("M-.02 .06 C-.06 -.2 -.26 -.42 -.42 -.38 C-.54 -.34 -.5 -.12 -.44 0 C-.36 .14 -.16 "
                                + ".14 -.02 .06Z")),
                Layer.of(
                        BODY,
                        path("M.02 .06 C.06 -.2 .26 -.42 .42 -.38 C.54 -.34 .5 -.12 .44 0 C.36 .14 .16 .14 .02 .06Z")),
                Layer.of(
                        LIGHT,
                        union(
                                turned(ellipse(-.31, -.15, .075, .13), -35, -.31, -.15),
                                turned(ellipse(.31, -.15, .075, .13), 35, .31, -.15),
                                circle(-.22, .27, .065),
                                circle(.22, .27, .065))),
                Layer.of(DARK, union(ellipse(0, .06, .042, .26), circle(0, -.2, .06))));
    }
}
