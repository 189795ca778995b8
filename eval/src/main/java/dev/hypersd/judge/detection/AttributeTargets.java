package dev.hypersd.judge.detection;

import dev.hypersd.scene.Sample;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.PlacedObject;
import java.util.List;

/**
 * The targets of the attribute reader for a batch of pictures.
 *
 * @param side the number of cells in a row and in a column
 * @param peaks {@code [B, kinds, side, side]}: 1 where an object has its centre, falling off around it
 * @param cells the cells of the objects' centres, numbered through the batch
 * @param kinds the kinds of the objects
 * @param colours the colours of the objects
 * @param geometry three numbers for each object, as {@link AttributeReader#describe} gives them
 * @param backgrounds the background of each picture
 * @param styles the style of each picture
 */
record AttributeTargets(
        int side,
        float[] peaks,
        long[] cells,
        long[] kinds,
        long[] colours,
        float[] geometry,
        long[] backgrounds,
        long[] styles) {
    /** The standard deviation of a peak as a fraction of its object's extent. */
    private static final double SHARPNESS = 1 / 6.0;

    static AttributeTargets of(List<Sample> samples, int side) {
        int objects = samples.stream().mapToInt(s -> s.objects().size()).sum();
        AttributeTargets targets = new AttributeTargets(
                side,
                new float[samples.size() * Kind.values().length * side * side],
                new long[objects],
                new long[objects],
                new long[objects],
                new float[objects * AttributeReader.GEOMETRY],
                samples.stream()
                        .mapToLong(s -> s.scene().background().ordinal())
                        .toArray(),
                samples.stream().mapToLong(s -> s.scene().style().ordinal()).toArray());
        int at = 0;
        for (int picture = 0; picture < samples.size(); picture++) {
            for (PlacedObject object : samples.get(picture).objects()) {
                targets.put(at++, picture, object);
            }
        }
        return targets;
    }

    private void put(int at, int picture, PlacedObject object) {
        int column = Math.clamp((int) (object.x() * side), 0, side - 1);
        int row = Math.clamp((int) (object.y() * side), 0, side - 1);
        cells[at] = ((long) picture * side + row) * side + column;
        kinds[at] = object.kind().ordinal();
        colours[at] = object.colour().ordinal();
        geometry[3 * at] = (float) (object.x() * side - column - 0.5);
        geometry[3 * at + 1] = (float) (object.y() * side - row - 0.5);
        geometry[3 * at + 2] = (float) Math.log(object.extent());
        raise(picture * Kind.values().length + object.kind().ordinal(), row, column, object.extent());
    }

    private void raise(int map, int row, int column, double extent) {
        double deviation = SHARPNESS * extent * side;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double distance = Math.pow(y - row, 2) + Math.pow(x - column, 2);
                float height = (float) Math.exp(-distance / (2 * deviation * deviation));
                int cell = (map * side + y) * side + x;
                peaks[cell] = Math.max(peaks[cell], height);
            }
        }
    }
}
