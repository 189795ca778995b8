package dev.hypersd.scene;

import dev.hypersd.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Draws pictures in a grid, each with a text below it. */
public final class ContactSheet {
    private static final int GAP = 10;
    private static final int FONT_SIZE = 11;
    private static final int LINE = 14;
    private static final Color SHEET = Color.WHITE;
    private static final Color INK = new Color(0x45414F);

    /** A picture and the text below it, which may be empty. */
    public record Entry(Image image, String text) {}

    private ContactSheet() {}

    /**
     * Returns the sheet, with as many rows as are needed; texts are wrapped and never cut.
     *
     * @param entries at least one entry; all pictures have one size
     * @param columns the number of columns, at least 1
     */
    public static Image of(List<Entry> entries, int columns) {
        if (entries.isEmpty() || columns < 1) {
            throw new IllegalArgumentException(
                    "a contact sheet has pictures and columns, not %d and %d".formatted(entries.size(), columns));
        }
        int width = entries.getFirst().image().width();
        int height = entries.getFirst().image().height();
        List<List<String>> texts =
                entries.stream().map(entry -> wrap(entry.text(), width)).toList();
        int[] tops = tops(texts, columns, height);
        BufferedImage sheet =
                new BufferedImage(columns * (width + GAP) + GAP, tops[tops.length - 1], BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = graphics(sheet);
        graphics.setColor(SHEET);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setColor(INK);
        for (int i = 0; i < entries.size(); i++) {
            int x = GAP + i % columns * (width + GAP);
            int y = tops[i / columns];
            graphics.drawImage(entries.get(i).image().toBufferedImage(), x, y, null);
            for (String line : texts.get(i)) {
                y += LINE;
                graphics.drawString(line, x, y + height);
            }
        }
        graphics.dispose();
        return Image.of(sheet);
    }

    /** Returns the top of each row, whose height follows from its longest text, and the bottom of the sheet. */
    private static int[] tops(List<List<String>> texts, int columns, int height) {
        int[] tops = new int[Math.ceilDiv(texts.size(), columns) + 1];
        Arrays.fill(tops, GAP);
        for (int row = 0; row < tops.length - 1; row++) {
            int lines = texts.stream()
                    .skip((long) row * columns)
                    .limit(columns)
                    .mapToInt(List::size)
                    .max()
                    .orElse(0);
            tops[row + 1] = tops[row] + height + lines * LINE + GAP;
        }
        return tops;
    }

    private static Graphics2D graphics(BufferedImage sheet) {
        Graphics2D graphics = sheet.createGraphics();
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        return graphics;
    }

    /** Wraps a text into lines no wider than a picture, unless a word is wider; an empty text has no lines. */
    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        if (text.isEmpty()) {
            return lines;
        }
        Graphics2D measure = graphics(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
        FontMetrics font = measure.getFontMetrics();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && font.stringWidth(line + " " + word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        measure.dispose();
        return lines;
    }
}
