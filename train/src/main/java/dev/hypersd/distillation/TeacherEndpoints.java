package dev.hypersd.distillation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.nn.Parameter;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Where the teacher gets in some steps from pure noise, for captions of the training samples: pairs of noise and
 * latents that are computed once, in files of {@value #SHARD}. Existing files are used, so computing them can be
 * interrupted. The noise of a pair follows from its number and is not stored.
 */
final class TeacherEndpoints {
    private static final int SHARD = 256;
    private static final int BATCH = 32;
    private static final String NAME = "endpoints";

    /** The seed of the noise, which is not that of the training, so that trainings with other seeds share the files. */
    private static final long SEED = 0x5EED;

    private final PretrainedModel pretrained;
    private final List<Tensor> shards = new ArrayList<>();
    private final int count;

    private TeacherEndpoints(PretrainedModel pretrained, int count) {
        this.pretrained = pretrained;
        this.count = count;
    }

    /**
     * Pairs of noise and the latents to which it leads.
     *
     * @param noise standard normal, {@code [B, C, h, w]}
     * @param latents {@code [B, C, h, w]}
     */
    record Pairs(Batch batch, Tensor noise, Tensor latents) {}

    /**
     * Opens the files of the pairs in the folder of the cached latents, and makes those that are missing.
     *
     * @param segments the teacher's steps
     * @param steps how many of these it takes
     * @param count the number of pairs
     * @param arena owns the mapped files
     */
    static TeacherEndpoints open(
            Teacher teacher, Segments segments, int steps, int count, PretrainedModel pretrained, TensorArena arena) {
        if (pretrained.samples().shapes().size() > 1) {
            throw new InvalidRequestException(
                    "distillation.regression learns from pairs of one size, and data.buckets gives pictures several;"
                            + " remove one of the two");
        }
        TeacherEndpoints endpoints = new TeacherEndpoints(pretrained, count);
        String fingerprint = Engine.call(() -> fingerprint(teacher, segments, steps, count, pretrained));
        Path folder = pretrained.pictures().cache().resolve(NAME);
        create(folder);
        for (int first = 0; first < count; first += SHARD) {
            int number = Math.min(SHARD, count - first);
            Path file = folder.resolve("%s-%s-%08d-%d.safetensors".formatted(NAME, fingerprint, first, number));
            if (!Files.exists(file)) {
                endpoints.write(file, first, number, batch -> follow(teacher, segments, steps, batch));
            }
            endpoints.shards.add(Engine.call(() -> load(file, arena)));
        }
        return endpoints;
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** Returns a hash of what the pairs follow from; another teacher or other captions have other files. */
    private static String fingerprint(
            Teacher teacher, Segments segments, int steps, int count, PretrainedModel pretrained) {
        LatentCache samples = pretrained.samples();
        Fingerprint fingerprint = new Fingerprint()
                .add("%s %s %d %s"
                        .formatted(
                                teacher.guidance(),
                                segments,
                                steps,
                                Arrays.toString(samples.shapes().getFirst())));
        Map<String, Parameter> parameters =
                new TreeMap<>(pretrained.model().unet().parameters());
        // A LoRA of the teacher is part of the weights that it computes with.
        parameters.forEach((name, parameter) -> TensorScope.released(() -> {
            Tensor weight = teacher.adapters().apply(parameter).whole().contiguous();
            return fingerprint.add(name).add(Tensors.data(weight).asByteBuffer());
        }));
        for (long i = 0; i < Math.min(samples.size(), Math.max(count, SHARD)); i++) {
            fingerprint.add(Arrays.toString(samples.ids(i)));
        }
        return fingerprint.digits();
    }

    private interface Follower {
        Tensor follow(Pairs batch);
    }

    /** Follows the teacher's trajectory from noise, and returns where it gets. */
    private static Tensor follow(Teacher teacher, Segments segments, int steps, Pairs pairs) {
        Batch batch = pairs.batch();
        // The guidance scales follow from the place in the batch, so files are the same whenever they are made.
        Teacher.Solver solver = teacher.solver(batch, RandomSource.at(SEED));
        Tensor x = pairs.noise();
        for (int point = segments.steps(); point > segments.steps() - steps; point--) {
            int from = segments.timestep(point);
            int to = segments.timestep(point - 1);
            Tensor before = x;
            x = TensorScope.scoped(() -> solver.step(before, batch.all(from), batch.all(to)));
        }
        return x;
    }

    private void write(Path file, int first, int number, Follower follower) {
        Engine.infer(() -> {
            List<Tensor> latents = new ArrayList<>();
            for (int begin = 0; begin < number; begin += BATCH) {
                int[] numbers = IntStream.range(first + begin, first + Math.min(begin + BATCH, number))
                        .toArray();
                latents.add(TensorScope.scoped(() -> follower.follow(pairs(numbers))));
                pretrained.pictures().listener().progressed(first + begin + numbers.length, count);
            }
            SafetensorsWriter.write(file, Map.of(NAME, Tensors.cat(0, latents)), Map.of());
            return file;
        });
    }

    private static Tensor load(Path path, TensorArena arena) {
        SafetensorsFile file = arena.own(SafetensorsFile.open(path));
        return arena.own(TensorScope.scoped(() -> file.find(NAME)
                .orElseThrow(() -> new InvalidFileException(path, "is not a file of endpoints; delete it"))
                .load()));
    }

    /** Draws {@code size} pairs. */
    Pairs draw(int size, RandomSource random) {
        int[] numbers = random.integers(count, size);
        Pairs pairs = pairs(numbers);
        return new Pairs(
                pairs.batch(),
                pairs.noise(),
                Tensors.cat(
                        0,
                        Arrays.stream(numbers)
                                .mapToObj(number -> shards.get(number / SHARD).narrow(0, number % SHARD, 1))
                                .toList()));
    }

    /** Returns the pairs of these numbers, still with noise in place of the latents. */
    private Pairs pairs(int... numbers) {
        LatentCache cache = pretrained.samples();
        long[] shape = cache.shapes().getFirst();
        List<LatentSample> samples = Arrays.stream(numbers)
                .mapToObj(number -> cache.get(number % cache.size()))
                .toList();
        Tensor noise = Tensors.cat(
                0,
                Arrays.stream(numbers)
                        .mapToObj(number -> RandomSource.at(SEED, number).normal(1, shape[0], shape[1], shape[2]))
                        .toList());
        List<long[]> captions = samples.stream().map(LatentSample::ids).toList();
        Batch batch = new Batch(
                samples,
                pretrained.task().latents(samples),
                pretrained.task().conditioning(captions, LatentSample.framings(samples)),
                pretrained.task().empty(LatentSample.framings(samples)),
                captions,
                0);
        return new Pairs(batch, noise, noise);
    }
}
