package dev.hypersd.latents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.ImageFolder;
import dev.hypersd.data.Origin;
import dev.hypersd.data.SkippingDataset;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentCacheTest {
    private static final int COUNT = 70;
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

    @TempDir
    Path folder;

    private final AtomicInteger encoded = new AtomicInteger();
    private String fingerprint = "one";
    private int[] colours = distinct(COUNT);
    private String[] captions = numbers(COUNT);
    private long seed;

    /** The number of a picture with a mask. */
    private int masked = -1;

    /** How many of the pictures, the first ones, are of a second size. */
    private int wide;

    /** Whether mirror images are learned too, if the data set says that. */
    private Optional<Boolean> mirrored = Optional.empty();

    private int interruptAfter = Integer.MAX_VALUE;

    /** Whether the pictures are recognised by their numbers and not by their pixels. */
    private boolean named;

    @Test
    void samplesAreReadBackByTheirNumbers() {
        try (LatentCache cache = open()) {
            assertThat(cache.size()).isEqualTo(COUNT);
            for (int i : new int[] {0, 31, 32, 69}) {
                assertThat(cache.get(i).latents()).containsExactly(i, i + 0.5f);
                assertThat(cache.get(i).ids()).containsExactly(7, i);
            }
        }
    }

    @Test
    void encodesOnlyOnce() {
        open().close();
        open().close();

        assertThat(encoded).hasValue(COUNT);
    }

    @Test
    void whatAnotherProcessEncodesIsAwaitedAndReadHere() {
        LatentCache.Listener waiting = new LatentCache.Listener() {
            private int waits;

            @Override
            public void progressed(long done, long total) {
                throw new AssertionError("nothing is encoded here");
            }

            @Override
            public boolean makes(long file) {
                return false;
            }

            @Override
            public void await() {
                waits++;
                if (waits == 2) {
                    open().close(); // The other process.
                }
            }
        };
        try (LatentCache cache = LatentCache.open(folder, pictures(), encoder(), 0, waiting)) {
            assertThat(encoded).hasValue(COUNT);
            assertThat(cache.get(69).latents()).containsExactly(69, 69.5f);
        }
    }

    @Test
    void picturesOfSeveralSizesAreInFilesAndGroupsOfTheirOwn() throws Exception {
        wide = 20;
        open().close();
        try (LatentCache cache = open();
                Stream<Path> files = Files.list(folder)) {
            assertThat(encoded).hasValue(COUNT);
            assertThat(files.filter(file -> file.toString().endsWith(".safetensors")))
                    .hasSize(2);
            assertThat(cache.shapes()).containsExactly(new long[] {2, 1, 1}, new long[] {2, 1, 2});
            assertThat(cache.get(19).latents()).containsExactly(19, 19, 19.5f, 19.5f);
            assertThat(cache.get(20).latents()).containsExactly(20, 20.5f);
            assertThat(cache.get(19).image().framing()).isEqualTo(new Framing(9, 30, 0, 19, 1, 4));
            assertThat(IntStream.range(0, COUNT).map(cache::group).distinct()).containsExactly(1, 0);
            assertThat(cache.group(19)).isNotEqualTo(cache.group(20));
        }
    }

    @Test
    void masksAreAveragedToTheSizeOfLatents() {
        mirrored = Optional.of(true);
        wide = 20;
        masked = 3;
        open().close();
        try (LatentCache cache = open()) {
            assertThat(cache.get(3).image().mask()).containsExactly(new float[] {0.2f, 1}, within(5e-4f)); // In F16.
            assertThat(cache.get(4).image().mask()).containsExactly(1, 1);
            assertThat(cache.get(30).image().mask()).isEmpty();
            LatentSample other = LongStream.range(0, 2)
                    .mapToObj(epoch -> cache.get(3, epoch))
                    .filter(LatentSample::isMirrored)
                    .findFirst()
                    .orElseThrow();
            assertThat(other.image().mask()).containsExactly(new float[] {1, 0.2f}, within(5e-4f));
        }
    }

    @Test
    void filesThatDoNotSayHowPicturesWereCroppedAreMadeAgain() {
        Engine.infer(() -> {
            SafetensorsWriter.write(
                    folder.resolve("latents-1.safetensors"),
                    Map.of("latents", Tensors.empty(1, 2, 1, 1)),
                    Map.of("encoder", "one", "pictures", "a"));
            return 0;
        });
        open().close();
        assertThat(encoded).hasValue(COUNT);
    }

    @Test
    void latentsOfAnotherEncoderAreRefused() {
        open().close();
        fingerprint = "another";

        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageMatching(".*latents-\\w{32}\\.safetensors: has latents of another autoencoder"
                        + " \\(fingerprint one, not another\\); remove its folder, or name another one");
    }

    @Test
    void onlyAPictureThatChangedIsEncodedAgain() {
        open().close();
        colours[13] = 113;
        try (LatentCache cache = open()) {
            assertThat(encoded).hasValue(COUNT + 1);
            assertThat(cache.get(13).latents()).containsExactly(113, 113.5f);
            assertThat(cache.get(14).latents()).containsExactly(14, 14.5f);
        }
    }

    @Test
    void aCaptionThatChangedIsLearnedAndNothingIsEncodedAgain() {
        open().close();
        captions[13] = "99";
        try (LatentCache cache = open()) {
            assertThat(encoded).hasValue(COUNT);
            assertThat(cache.get(13).ids()).containsExactly(7, 99);
        }
    }

    @Test
    void eachCaptionOfAPictureHasOneOfAsManyEpochs() {
        captions[3] = "5/6/7";
        List<Long> first;
        try (LatentCache cache = open()) {
            first = epochs(cache, 3, 9);
            for (int begin = 0; begin < 9; begin += 3) {
                assertThat(first.subList(begin, begin + 3)).containsExactlyInAnyOrder(5L, 6L, 7L);
            }
            assertThat(epochs(cache, 4, 3)).containsExactly(4L, 4L, 4L);
            assertThat(cache.get(3).ids()).containsExactly(7, 5);
            assertThat(cache.ids().map(ids -> ids[1])).hasSize(COUNT - 1).contains(5L, 6L, 7L);
        }
        try (LatentCache cache = open()) {
            assertThat(epochs(cache, 3, 9)).isEqualTo(first);
        }
        seed = 1;
        try (LatentCache cache = open()) {
            assertThat(epochs(cache, 3, 9)).isNotEqualTo(first);
        }
        assertThat(encoded).hasValue(COUNT);
    }

    @Test
    void aMirrorImageHasLatentsOfItsOwnAndTakesTurnsWithThePictureAndTheCaptions() {
        mirrored = Optional.of(false);
        open().close();
        mirrored = Optional.of(true);
        captions[3] = "5/6";
        try (LatentCache cache = open()) {
            assertThat(encoded).hasValue(2 * COUNT);
            assertThat(cache.get(3).latents()).containsExactly(3, 3.5f);
            List<List<Float>> forms = LongStream.range(0, 4)
                    .mapToObj(epoch -> cache.get(3, epoch))
                    .map(sample -> List.of(sample.latents()[0], (float) sample.ids()[1], sample.isMirrored() ? 1f : 0f))
                    .toList();
            assertThat(forms)
                    .containsExactlyInAnyOrder(
                            List.of(3f, 5f, 0f), List.of(3f, 6f, 0f), List.of(1003f, 5f, 1f), List.of(1003f, 6f, 1f));
        }
        colours[3] = 90;
        try (LatentCache cache = open()) {
            assertThat(encoded).hasValue(2 * COUNT + 2);
            assertThat(cache.origin(3).orElseThrow().use()).isEqualTo(new Origin.Use(true, 1));
        }
        mirrored = Optional.of(false);
        open().close();
        assertThat(encoded).hasValue(2 * COUNT + 2);
    }

    /** Returns the caption that a sample has in each of the first epochs. */
    private static List<Long> epochs(LatentCache cache, long index, int count) {
        return LongStream.range(0, count)
                .mapToObj(epoch -> cache.get(index, epoch).ids()[1])
                .toList();
    }

    @Test
    void picturesThatMovedOrOccurTwiceAreEncodedOnce() {
        colours[5] = 6;
        open().close();
        assertThat(encoded).hasValue(COUNT - 1);
        int first = colours[0];
        System.arraycopy(colours, 1, colours, 0, COUNT - 1);
        colours[COUNT - 1] = first;
        try (LatentCache cache = open()) {
            assertThat(encoded).hasValue(COUNT - 1);
            assertThat(cache.get(4).latents()).containsExactly(6, 6.5f);
            assertThat(cache.get(COUNT - 1).latents()).containsExactly(0, 0.5f);
        }
    }

    @Test
    void anInterruptionLosesAtMostTheFileThatIsBeingMade() {
        interruptAfter = 300;
        colours = distinct(600);
        captions = numbers(600);
        assertThatThrownBy(this::open).hasMessage("interrupted");
        assertThat(encoded).hasValue(300 / 32 * 32);

        interruptAfter = Integer.MAX_VALUE;
        open().close();
        assertThat(encoded).hasValue(300 / 32 * 32 + 600 - 256);
    }

    @Test
    void filesThatAreNoLatentsAreRefused() {
        Engine.infer(() -> {
            SafetensorsWriter.write(
                    folder.resolve("latents-1.safetensors"),
                    Map.of("latents", Tensors.empty(COUNT, 2, 1, 1)),
                    Map.of("encoder", "one"));
            return 0;
        });
        assertThatThrownBy(this::open)
                .hasMessageContaining("latents-1.safetensors: is not a file of latents; delete it");
    }

    @Test
    void filesOfPicturesThatAreDecodedInAnotherWayAreMadeAgain() {
        named = true;
        open().close();
        open().close();
        assertThat(encoded).hasValue(COUNT);
        colours[0] = 100; // Under the same name.
        try (LatentCache cache = open()) {
            assertThat(cache.get(0).latents()).containsExactly(100, 100.5f);
        }
        assertThat(encoded).hasValue(2 * COUNT);
    }

    @Test
    void pictureFilesAreReadAgainOnlyIfTheirSizeOrTimeChanged() throws Exception {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 3; i++) {
            write(pictures.resolve(i + ".png"), i, LONG_AGO);
            Files.writeString(pictures.resolve(i + ".txt"), Integer.toString(i));
            Files.setLastModifiedTime(pictures.resolve(i + ".txt"), LONG_AGO);
        }
        assertThat(second(pictures)).isEqualTo(1);
        assertThat(encoded).hasValue(3);

        write(pictures.resolve("1.png"), 2, LONG_AGO); // The same size and time, but changed just now.
        assertThat(second(pictures)).isEqualTo(2);
        Files.writeString(pictures.resolve("3.txt"), "3");
        write(pictures.resolve("3.png"), 3, LONG_AGO);
        Files.writeString(pictures.resolve("1.png"), "broken"); // The next one takes its place.
        assertThat(second(pictures)).isEqualTo(2);
        Files.delete(pictures.resolve("1.txt"));
        write(pictures.resolve("2.png"), 7, LONG_AGO);
        assertThat(second(pictures)).isEqualTo(7);
        assertThat(encoded).hasValue(3 + 1 + 1);
    }

    /** Returns the first value of the second sample's latents. */
    private float second(Path pictures) {
        try (LatentCache cache = LatentCache.open(
                folder.resolve("latents"),
                new SkippingDataset<>(ImageFolder.open(pictures)),
                encoder(),
                0,
                (done, total) -> {})) {
            return cache.get(1).latents()[0];
        }
    }

    private static void write(Path file, int colour, FileTime time) throws Exception {
        new Image(2, 1, new byte[] {(byte) colour, 0, 0, 0, 0, 0}).write(file);
        Files.setLastModifiedTime(file, time);
    }

    private LatentCache open() {
        return LatentCache.open(folder, pictures(), encoder(), seed, (done, total) -> {});
    }

    private static int[] distinct(int count) {
        return IntStream.range(0, count).toArray();
    }

    private static String[] numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
    }

    /** Each picture is a pixel of its colour, and a second one whose number is higher by 1000. */
    private Dataset<CaptionedImage> pictures() {
        return new Dataset<>() {
            @Override
            public long size() {
                return colours.length;
            }

            @Override
            public CaptionedImage get(long index) {
                int colour = colours[(int) index];
                int second = colour + 1000;
                byte[] rgb = {(byte) colour, (byte) (colour >> 8), 0, (byte) second, (byte) (second >> 8), 0};
                int width = index < wide ? 4 : 2;
                return new CaptionedImage(
                        new Image(width, 1, Arrays.copyOf(rgb, 3 * width)),
                        new Framing(9, 30, 0, (int) index, 1, width),
                        index == masked ? Optional.of(mask(width)) : Optional.empty(),
                        captions(index));
            }

            @Override
            public Optional<Origin> origin(long index) {
                String name = named ? "" + index : "colour " + colours[(int) index];
                return named || mirrored.isPresent()
                        ? Optional.of(new Origin(
                                Optional.empty(),
                                () -> new Origin.Contents(name, captions(index)),
                                new Origin.Use(mirrored.orElse(false), 1)))
                        : Optional.empty();
            }
        };
    }

    /** Returns a mask whose pixels are, from the left, black, grey, and white. */
    private static Image mask(int width) {
        byte[] grey = new byte[3 * width];
        Arrays.fill(grey, 3, 6, (byte) 102);
        Arrays.fill(grey, 6, grey.length, (byte) 255);
        return new Image(width, 1, grey);
    }

    /** Returns the captions of a picture, between which there are slashes. */
    private List<String> captions(long index) {
        return List.of(captions[(int) index].split("/"));
    }

    private LatentCache.Encoder encoder() {
        return new LatentCache.Encoder() {
            @Override
            public Tensor latents(List<CaptionedImage> samples) {
                if (encoded.get() + samples.size() > interruptAfter) {
                    throw new IllegalStateException("interrupted");
                }
                encoded.addAndGet(samples.size());
                int width = samples.getFirst().image().width() / 2;
                assertThat(samples).allMatch(sample -> sample.image().width() / 2 == width);
                float[] values = new float[samples.size() * 2 * width];
                for (int i = 0; i < samples.size(); i++) {
                    byte[] rgb = samples.get(i).image().rgb();
                    float first = (rgb[0] & 0xFF) + 256 * rgb[1];
                    Arrays.fill(values, 2 * i * width, (2 * i + 1) * width, first);
                    Arrays.fill(values, (2 * i + 1) * width, (2 * i + 2) * width, first + 0.5f);
                }
                return Tensors.of(values, samples.size(), 2, 1, width);
            }

            @Override
            public long[] ids(String caption) {
                return new long[] {7, Long.parseLong(caption)};
            }

            @Override
            public String fingerprint() {
                return fingerprint;
            }
        };
    }
}
