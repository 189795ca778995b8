package dev.hypersd.scene.drawing;

import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Parses outlines in the syntax of SVG paths: absolute {@code M}, {@code L}, {@code Q}, {@code C} and {@code Z}. */
final class PathText {
    private final Iterator<String> words;
    private final Path2D.Double path = new Path2D.Double(Path2D.WIND_NON_ZERO);

    private PathText(String text) {
        this.words = Arrays.asList(text.replaceAll("([MLQCZ])", " $1 ").trim().split("[ ,]+", -1))
                .iterator();
    }

    static Path2D read(String text) {
        PathText reader = new PathText(text);
        while (reader.words.hasNext()) {
            reader.command(reader.words.next());
        }
        return reader.path;
    }

    private void command(String letter) {
        switch (letter) {
            case "M" -> path.moveTo(number(), number());
            case "L" -> path.lineTo(number(), number());
            case "Q" -> path.quadTo(number(), number(), number(), number());
            case "C" -> path.curveTo(number(), number(), number(), number(), number(), number());
            case "Z" -> path.closePath();
            default -> throw new IllegalArgumentException("no command of a path: " + letter);
        }
    }

    private double number() {
        if (!words.hasNext()) {
            throw new NoSuchElementException("the path ends within a command");
        }
        return Double.parseDouble(words.next());
    }
}
