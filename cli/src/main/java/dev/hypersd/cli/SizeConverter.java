package dev.hypersd.cli;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.Size;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 512x768}, width first, or {@code 512} for a square. */
final class SizeConverter implements ITypeConverter<Size> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(?:[xX](\\d{1,6}))?");

    @Override
    public Size convert(String value) {
        Matcher sides = FORM.matcher(value);
        if (!sides.matches()) {
            throw new TypeConversionException(
                    "\"" + value + "\" is not a size; write WIDTHxHEIGHT, for example 512x768");
        }
        int width = Integer.parseInt(sides.group(1));
        int height = sides.group(2) == null ? width : Integer.parseInt(sides.group(2));
        try {
            return new Size(width, height);
        } catch (InvalidRequestException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
