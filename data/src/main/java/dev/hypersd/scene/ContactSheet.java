package dev.hypersd.scene;

import dev.hypersd.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Pictures in a grid, each with a text below it. */
public final class ContactSheet {
    private static final int GAP = 8;
    private static final int LINE = 13;
    private static final int LINES = 3;

    /** A picture and what stands below it; an empty text for nothing. */
    public record Entry(Image image, String text) {}

    private ContactSheet() {}

    /**
     * The sheet, as many rows as are needed.
     *
     * @param entries of one size, at least one
     * @param columns of the grid, at least 1
     */
    public static Image of(List<Entry> entries, int columns) {
        int width = entries.getFirst().image().width();
        int height = entries.getFirst().image().height();
        int below = entries.stream().allMatch(entry -> entry.text().isEmpty()) ? 0 : LINES * LINE;
        int rows = (entries.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(
                columns * (width + GAP) + GAP, rows * (height + GAP + below) + GAP, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        graphics.setColor(Color.DARK_GRAY);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, LINE - 3));
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        for (int i = 0; i < entries.size(); i++) {
            int x = GAP + i % columns * (width + GAP);
            int y = GAP + i / columns * (height + GAP + below);
            copy(entries.get(i).image(), sheet, x, y);
            List<String> lines = wrap(entries.get(i).text(), graphics.getFontMetrics(), width);
            for (int line = 0; line < Math.min(lines.size(), LINES); line++) {
                graphics.drawString(lines.get(line), x, y + height + (line + 1) * LINE);
            }
        }
        graphics.dispose();
        return image(sheet);
    }

    private static List<String> wrap(String text, FontMetrics font, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && font.stringWidth(line + " " + word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static void copy(Image image, BufferedImage sheet, int left, int top) {
        byte[] rgb = image.rgb();
        for (int i = 0; i < image.width() * image.height(); i++) {
            int packed = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
            sheet.setRGB(left + i % image.width(), top + i / image.width(), packed);
        }
    }

    private static Image image(BufferedImage sheet) {
        int[] packed = sheet.getRGB(0, 0, sheet.getWidth(), sheet.getHeight(), null, 0, sheet.getWidth());
        byte[] rgb = new byte[packed.length * 3];
        for (int i = 0; i < packed.length; i++) {
            rgb[3 * i] = (byte) (packed[i] >> 16);
            rgb[3 * i + 1] = (byte) (packed[i] >> 8);
            rgb[3 * i + 2] = (byte) packed[i];
        }
        return new Image(sheet.getWidth(), sheet.getHeight(), rgb);
    }
}
