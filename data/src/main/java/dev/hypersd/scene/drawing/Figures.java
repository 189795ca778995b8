package dev.hypersd.scene.drawing;

import static dev.hypersd.scene.drawing.Tone.BODY;
import static dev.hypersd.scene.drawing.Tone.CREAM;
import static dev.hypersd.scene.drawing.Tone.DARK;
import static dev.hypersd.scene.drawing.Tone.GLASS;
import static dev.hypersd.scene.drawing.Tone.GLOW;
import static dev.hypersd.scene.drawing.Tone.GOLD;
import static dev.hypersd.scene.drawing.Tone.LEAF;
import static dev.hypersd.scene.drawing.Tone.LIGHT;
import static dev.hypersd.scene.drawing.Tone.SHADE;
import static dev.hypersd.scene.drawing.Tone.WOOD;

import dev.hypersd.scene.Kind;
import java.awt.BasicStroke;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What every kind of object looks like: areas from back to front, in the square from -0.5 to 0.5, y downwards. */
final class Figures {
    private static final Map<Kind, List<Layer>> ALL = new EnumMap<>(Kind.class);

    static {
        for (Kind kind : Kind.values()) {
            ALL.put(kind, draw(kind));
        }
    }

    private Figures() {}

    static List<Layer> of(Kind kind) {
        return ALL.getOrDefault(kind, List.of());
    }

    private static List<Layer> draw(Kind kind) {
        return switch (kind) {
            case HEART ->
                List.of(path(
                        BODY,
                        "M0 .46 C-.66 .04 -.56 -.42 -.27 -.42 C-.12 -.42 -.03 -.33 0 -.22"
                                + " C.03 -.33 .12 -.42 .27 -.42 C.56 -.42 .66 .04 0 .46Z"));
            case STAR -> List.of(new Layer(star(), BODY));
            case CRYSTAL ->
                List.of(
                        path(BODY, "M-.27 -.42 L.27 -.42 L.48 -.13 L0 .48 L-.48 -.13Z"),
                        path(LIGHT, "M-.27 -.42 L0 -.42 L-.2 -.13 L-.48 -.13Z M0 -.42 L.2 -.13 L-.2 -.13Z"),
                        path(SHADE, "M.2 -.13 L.48 -.13 L0 .48Z"));
            case TREE ->
                List.of(
                        path(WOOD, "M-.08 .1 L.08 .1 L.13 .5 L-.13 .5Z"),
                        new Layer(union(circle(-.22, -.02, .25), circle(.22, -.02, .25), circle(0, -.24, .26)), BODY),
                        new Layer(circle(-.1, -.26, .11), LIGHT));
            case HOUSE ->
                List.of(
                        path(BODY, "M-.36 -.1 L.36 -.1 L.36 .46 L-.36 .46Z"),
                        path(SHADE, "M-.5 -.04 L0 -.48 L.5 -.04Z"),
                        path(WOOD, "M.04 .46 L.04 .14 L.24 .14 L.24 .46Z"),
                        path(GLOW, "M-.26 .08 L-.06 .08 L-.06 .28 L-.26 .28Z"));
            case FISH ->
                List.of(
                        path(SHADE, "M.18 0 L.5 -.27 C.44 -.1 .44 .1 .5 .27Z M-.2 -.2 C-.08 -.42 .06 -.4 .12 -.2Z"),
                        path(BODY, "M-.5 0 C-.34 -.38 .14 -.36 .3 0 C.14 .36 -.34 .38 -.5 0Z"),
                        path(LIGHT, "M-.2 -.2 C-.1 -.08 -.1 .08 -.2 .2 C-.02 .12 -.02 -.12 -.2 -.2Z"),
                        new Layer(circle(-.32, -.06, .07), CREAM),
                        new Layer(circle(-.33, -.06, .04), DARK));
            case CAT ->
                List.of(
                        new Layer(
                                union(
                                        ellipse(0, .1, .45, .37),
                                        read("M-.44 .06 L-.4 -.48 L-.06 -.22Z"),
                                        read("M.44 .06 L.4 -.48 L.06 -.22Z")),
                                BODY),
                        path(SHADE, "M-.36 -.12 L-.34 -.34 L-.2 -.22Z M.36 -.12 L.34 -.34 L.2 -.22Z"),
                        new Layer(union(ellipse(-.18, .04, .06, .085), ellipse(.18, .04, .06, .085)), DARK),
                        path(DARK, "M-.05 .16 L.05 .16 L0 .23Z"),
                        new Layer(
                                lines(
                                        .022,
                                        "M0 .22 Q-.03 .32 -.12 .3 M0 .22 Q.03 .32 .12 .3"
                                                + " M-.2 .2 L-.42 .15 M-.2 .26 L-.42 .28 M.2 .2 L.42 .15 M.2 .26 L.42 .28"),
                                DARK));
            case DOG ->
                List.of(
                        new Layer(ellipse(0, 0, .33, .4), BODY),
                        path(
                                SHADE,
                                "M-.2 -.36 C-.5 -.4 -.52 .1 -.4 .22 C-.28 .24 -.26 -.1 -.2 -.36Z"
                                        + " M.2 -.36 C.5 -.4 .52 .1 .4 .22 C.28 .24 .26 -.1 .2 -.36Z"),
                        new Layer(ellipse(0, .2, .2, .2), LIGHT),
                        new Layer(ellipse(0, .12, .085, .06), DARK),
                        new Layer(union(circle(-.13, -.08, .05), circle(.13, -.08, .05)), DARK),
                        new Layer(lines(.022, "M0 .16 L0 .24 M-.1 .26 Q0 .36 .1 .26"), DARK));
            case BOAT ->
                List.of(
                        path(WOOD, "M-.02 -.48 L.02 -.48 L.02 .2 L-.02 .2Z"),
                        path(CREAM, "M.05 -.44 C.2 -.3 .36 -.1 .4 .1 L.05 .1Z"),
                        path(LIGHT, "M-.05 -.36 C-.2 -.2 -.3 -.04 -.34 .1 L-.05 .1Z"),
                        path(BODY, "M-.5 .17 L.5 .17 C.46 .34 .38 .42 .28 .46 L-.28 .46 C-.38 .42 -.46 .34 -.5 .17Z"));
            case MUSHROOM ->
                List.of(
                        path(CREAM, "M-.14 0 C-.1 .18 -.2 .36 -.18 .47 L.18 .47 C.2 .36 .1 .18 .14 0Z"),
                        path(
                                BODY,
                                "M-.49 .08 C-.5 -.28 -.26 -.47 0 -.47 C.26 -.47 .5 -.28 .49 .08"
                                        + " C.26 .15 -.26 .15 -.49 .08Z"),
                        new Layer(
                                union(circle(-.22, -.14, .09), circle(.08, -.28, .08), circle(.27, -.06, .07)), LIGHT));
            case MOON ->
                List.of(path(
                        BODY,
                        "M.14 -.48 C-.28 -.52 -.5 -.24 -.5 .02 C-.5 .32 -.24 .52 .08 .48 C.26 .46 .4 .36 .47 .22"
                                + " C.18 .34 -.16 .18 -.16 -.12 C-.16 -.3 -.04 -.42 .14 -.48Z"));
            case CUP ->
                List.of(
                        new Layer(ring(.28, .04, .2, .1), SHADE),
                        path(
                                BODY,
                                "M-.44 -.32 L.26 -.32 C.26 .1 .24 .34 .12 .46 L-.3 .46 C-.42 .34 -.44 .1 -.44 -.32Z"),
                        new Layer(ellipse(-.09, -.32, .35, .09), SHADE));
            case SHIRT ->
                List.of(
                        path(
                                BODY,
                                "M-.17 -.42 L-.5 -.24 L-.4 .04 L-.27 -.03 L-.27 .46 L.27 .46 L.27 -.03 L.4 .04"
                                        + " L.5 -.24 L.17 -.42 C.1 -.28 -.1 -.28 -.17 -.42Z"),
                        path(SHADE, "M-.17 -.42 C-.1 -.28 .1 -.28 .17 -.42 L.22 -.4 C.12 -.2 -.12 -.2 -.22 -.4Z"));
            case FLOWER -> flower();
            case UMBRELLA ->
                List.of(
                        new Layer(lines(.05, "M0 -.1 L0 .36 C0 .5 .16 .5 .16 .36"), WOOD),
                        path(
                                BODY,
                                "M-.5 .04 C-.47 -.32 -.24 -.46 0 -.46 C.24 -.46 .47 -.32 .5 .04"
                                        + " Q.34 -.07 .17 .04 Q0 -.07 -.17 .04 Q-.34 -.07 -.5 .04Z"),
                        path(SHADE, "M-.17 .04 C-.17 -.2 -.1 -.38 0 -.46 C.1 -.38 .17 -.2 .17 .04 Q0 -.07 -.17 .04Z"));
            case BALLOON ->
                List.of(
                        new Layer(lines(.025, "M0 .3 C.1 .36 -.1 .42 0 .5"), DARK),
                        path(SHADE, "M0 .22 L.07 .33 L-.07 .33Z"),
                        path(
                                BODY,
                                "M0 .27 C-.28 .14 -.37 -.04 -.37 -.16 C-.37 -.36 -.2 -.49 0 -.49"
                                        + " C.2 -.49 .37 -.36 .37 -.16 C.37 -.04 .28 .14 0 .27Z"));
            case CAR ->
                List.of(
                        path(
                                BODY,
                                "M-.5 .22 L-.5 .04 C-.5 -.02 -.44 -.06 -.36 -.07 L-.22 -.32 L.16 -.32 L.34 -.07"
                                        + " C.46 -.05 .5 0 .5 .08 L.5 .22Z"),
                        path(
                                GLASS,
                                "M-.26 -.07 L-.17 -.25 L-.04 -.25 L-.04 -.07Z M.03 -.07 L.03 -.25 L.13 -.25 L.25 -.07Z"),
                        new Layer(union(circle(-.27, .22, .13), circle(.27, .22, .13)), DARK),
                        new Layer(union(circle(-.27, .22, .055), circle(.27, .22, .055)), CREAM));
            case APPLE ->
                List.of(
                        new Layer(lines(.05, "M0 -.24 Q.01 -.4 .07 -.46"), WOOD),
                        path(LEAF, "M.04 -.32 C.12 -.48 .28 -.46 .34 -.4 C.26 -.3 .14 -.26 .04 -.32Z"),
                        path(
                                BODY,
                                "M0 -.24 C-.2 -.38 -.48 -.26 -.46 .06 C-.44 .34 -.24 .5 -.1 .47 C-.03 .45 .03 .45"
                                        + " .1 .47 C.24 .5 .44 .34 .46 .06 C.48 -.26 .2 -.38 0 -.24Z"));
        };
    }

    private static List<Layer> flower() {
        List<Layer> layers = new ArrayList<>();
        layers.add(new Layer(lines(.045, "M0 -.1 Q.03 .2 0 .5"), LEAF));
        layers.add(path(LEAF, "M.01 .34 C.1 .18 .24 .2 .3 .24 C.24 .36 .12 .42 .01 .34Z"));
        Area petals = new Area();
        for (int i = 0; i < 6; i++) {
            double angle = Math.PI * i / 3;
            petals.add(new Area(circle(.2 * Math.cos(angle), -.14 + .2 * Math.sin(angle), .14)));
        }
        layers.add(new Layer(petals, BODY));
        layers.add(new Layer(circle(0, -.14, .11), GOLD));
        return List.copyOf(layers);
    }

    private static Path2D star() {
        Path2D star = new Path2D.Double();
        for (int i = 0; i < 10; i++) {
            double radius = i % 2 == 0 ? .52 : .235;
            double angle = Math.PI * (i / 5.0 - .5);
            double x = radius * Math.cos(angle);
            double y = .04 + radius * Math.sin(angle);
            if (i == 0) {
                star.moveTo(x, y);
            } else {
                star.lineTo(x, y);
            }
        }
        star.closePath();
        return star;
    }

    private static Layer path(Tone tone, String text) {
        return new Layer(read(text), tone);
    }

    private static Shape read(String text) {
        return PathText.read(text);
    }

    private static Shape circle(double x, double y, double radius) {
        return ellipse(x, y, radius, radius);
    }

    private static Shape ellipse(double x, double y, double halfWidth, double halfHeight) {
        return new Ellipse2D.Double(x - halfWidth, y - halfHeight, 2 * halfWidth, 2 * halfHeight);
    }

    private static Shape ring(double x, double y, double outer, double inner) {
        Area ring = new Area(circle(x, y, outer));
        ring.subtract(new Area(circle(x, y, inner)));
        return ring;
    }

    private static Shape union(Shape... parts) {
        Area union = new Area();
        Arrays.stream(parts).map(Area::new).forEach(union::add);
        return union;
    }

    /** The area of a pen of {@code width} along a path. */
    private static Shape lines(double width, String text) {
        BasicStroke pen = new BasicStroke((float) (width * 100), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
        Shape large = AffineTransform.getScaleInstance(100, 100).createTransformedShape(read(text));
        return AffineTransform.getScaleInstance(.01, .01).createTransformedShape(pen.createStrokedShape(large));
    }
}
