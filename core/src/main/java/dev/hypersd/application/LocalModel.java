package dev.hypersd.application;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.GenerationListener;
import dev.hypersd.pipeline.LazyPipeline;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.NameResolver;
import dev.hypersd.request.Option;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.Seeds;
import dev.hypersd.request.TargetModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A model of this machine, which is loaded when the first picture is drawn, or by {@link #load}.
 *
 * <pre>{@code
 * try (LocalModel model = LocalModel.builder().model(Path.of("sd15")).build()) {
 *     model.generate(GenerationOptions.of("a lighthouse at dawn")).images().getFirst().save(Path.of("dawn.png"));
 * }
 * }</pre>
 *
 * <p>Safe to share. Pictures are drawn one after another, so that the memory needed does not grow with their number.
 */
public final class LocalModel implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalModel.class.getPackageName());

    private final String name;
    private final GenerationOptions defaults;
    private final NameResolver names;
    private final Duration grace;
    private final LazyPipeline pipeline;
    private final TargetModel target;
    private final Running running = new Running();

    private volatile Optional<String> failure = Optional.empty();

    private LocalModel(Builder builder) {
        Optional<ModelBundle> bundle = builder.bundle();
        Path location = bundle.map(ModelBundle::folder).orElseGet(builder::location);
        ModelSource source = new ModelSource(location, builder.loading);
        this.name = bundle.map(ModelBundle::name)
                .orElseGet(() -> TargetModel.of(source).name());
        this.defaults = builder.defaults;
        this.grace = builder.grace;
        this.names = builder.names.orElseGet(
                () -> bundle.<NameResolver>map(BundledNames::new).orElse(NameResolver.FILES));
        this.pipeline = new LazyPipeline(source);
        this.target = TargetModel.of(source)
                .with(
                        bundle.flatMap(ModelBundle::usualLora).stream()
                                .map(file -> LoraReference.of(file.toString()))
                                .toList(),
                        List.of());
    }

    /** Begins with the model of a bundle, and the defaults of the presets. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the name of the model: that of its folder or file, or of its bundle. */
    public String name() {
        return name;
    }

    /** Returns whether the model is loaded. */
    public boolean isLoaded() {
        return pipeline.isLoaded();
    }

    /**
     * Loads the model, unless it is loaded.
     *
     * @throws InvalidFileException if a file of the model is missing, broken or of the wrong kind
     * @throws HyperSdException if the model does not fit into this machine's memory, or this is closed
     */
    public void load() {
        running.during(this::loaded);
    }

    /** Returns why the model could not be loaded when that was last tried; empty if it was loaded, or never tried. */
    public Optional<String> failure() {
        return failure;
    }

    private DiffusionPipeline loaded() {
        try {
            DiffusionPipeline loaded = pipeline.get();
            failure = Optional.empty();
            return loaded;
        } catch (HyperSdException e) {
            failure = Optional.of(e.getMessage());
            throw e;
        }
    }

    /**
     * Draws the pictures of {@code options}, whose absent values are the defaults of this model. Without a seed, a
     * random one is taken. If the calling thread is interrupted, the pictures are cancelled and the thread stays
     * interrupted.
     *
     * @throws InvalidRequestException if the options contradict each other or do not suit the model, or this machine's
     *     memory is too small for the pictures
     * @throws InvalidFileException if a file of the model or one that the options name is missing, broken or of the
     *     wrong kind
     * @throws dev.hypersd.pipeline.GenerationCancelledException if the calling thread is interrupted, or this is closed
     *     meanwhile
     * @throws HyperSdException if the pictures cannot be drawn for another reason
     */
    public Drawn generate(GenerationOptions options) {
        return running.during(() -> {
            AtomicBoolean isInterrupted = new AtomicBoolean();
            CompletableFuture<Drawn> drawn = new CompletableFuture<>();
            Thread.ofVirtual().name("hypersd-drawing").start(() -> {
                try {
                    drawn.complete(draw(options, isInterrupted));
                } catch (RuntimeException | Error e) {
                    drawn.completeExceptionally(e);
                }
            });
            return await(drawn, isInterrupted);
        });
    }

    private static Drawn await(CompletableFuture<Drawn> drawn, AtomicBoolean isInterrupted) {
        try {
            return drawn.get();
        } catch (InterruptedException e) {
            isInterrupted.set(true);
            try {
                return joined(drawn);
            } finally {
                Thread.currentThread().interrupt();
            }
        } catch (ExecutionException e) {
            return joined(drawn);
        }
    }

    /** Returns the result, or throws what drawing threw. */
    private static Drawn joined(CompletableFuture<Drawn> drawn) {
        try {
            return drawn.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }

    private Drawn draw(GenerationOptions options, AtomicBoolean isInterrupted) {
        ResolvedOptions resolved = seeded(options.over(defaults)).resolve(target, names);
        Warnings warnings = new Warnings(resolved.warnings(), isInterrupted);
        DiffusionPipeline loaded = loaded();
        ImageRequest request = resolved.request();
        List<GeneratedImage> images = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            images.addAll(loaded.generate(request.part(i, 1), warnings));
        }
        warnings.found.forEach(sentence -> LOG.log(System.Logger.Level.DEBUG, sentence));
        return new Drawn(images, List.copyOf(new LinkedHashSet<>(warnings.found)));
    }

    private static GenerationOptions seeded(GenerationOptions options) {
        return options.has(Option.SEED)
                ? options
                : options.toBuilder().seed(Seeds.random()).build();
    }

    /** Collects warnings, and cancels when nobody waits for the pictures any more. */
    private final class Warnings implements GenerationListener {
        private final List<String> found;
        private final AtomicBoolean isInterrupted;

        Warnings(List<String> resolved, AtomicBoolean isInterrupted) {
            this.found = new CopyOnWriteArrayList<>(resolved);
            this.isInterrupted = isInterrupted;
        }

        @Override
        public void onWarning(String sentence) {
            found.add(sentence);
        }

        @Override
        public void onWarning(String sentence, Set<Integer> pictures) {
            found.add(sentence);
        }

        @Override
        public boolean isCancelled() {
            return isInterrupted.get() || running.isCancelled();
        }
    }

    /**
     * Accepts no more requests, waits for those in progress within the grace period, cancels the others, and frees the
     * model.
     */
    @Override
    public void close() {
        running.end(grace);
        pipeline.close();
    }

    /** Builds a model. */
    public static final class Builder {
        /** The time that requests in progress have at the end, unless another is set. */
        private static final Duration USUAL_GRACE = Duration.ofSeconds(20);

        private Optional<String> model = Optional.empty();
        private LoadOptions loading = LoadOptions.DEFAULT;
        private GenerationOptions defaults = GenerationOptions.NONE;
        private Optional<NameResolver> names = Optional.empty();
        private Duration grace = USUAL_GRACE;

        private Builder() {}

        /** Sets a model directory in the diffusers layout, or a checkpoint file. */
        public Builder model(Path location) {
            return model(location.toString());
        }

        /** Sets a model directory, a checkpoint file, or the name of a bundle. */
        public Builder model(String pathOrName) {
            this.model = Optional.of(pathOrName);
            return this;
        }

        /** Sets how the model is loaded. */
        public Builder loading(LoadOptions options) {
            this.loading = options;
            return this;
        }

        /** Sets the options that apply where a request has none. */
        public Builder defaults(GenerationOptions options) {
            this.defaults = options;
            return this;
        }

        /** Sets what resolves the names of LoRAs and ControlNets: by default files, and what comes with a bundle. */
        public Builder names(NameResolver resolver) {
            this.names = Optional.of(resolver);
            return this;
        }

        /** Sets how long requests in progress are awaited when the model is closed; by default 20 s. */
        public Builder grace(Duration time) {
            this.grace = time;
            return this;
        }

        /**
         * Returns the model, of which nothing is loaded yet.
         *
         * @throws InvalidFileException if there is no model of this name
         * @throws InvalidRequestException if no model is named, and there is no bundle
         */
        public LocalModel build() {
            return new LocalModel(this);
        }

        /** Returns the bundle whose model is meant: the only one, or the one of this name. */
        private Optional<ModelBundle> bundle() {
            Optional<ModelBundle> found = ModelBundle.find();
            if (model.isEmpty() && found.isEmpty()) {
                throw new InvalidRequestException(
                        "no model is named: name a model directory or a checkpoint file, or add the library "
                                + "dev.hypersd:hypersd-mini, which brings a small one");
            }
            return found.filter(
                    bundle -> model.map(name -> isNameOf(bundle, name)).orElse(true));
        }

        /** A folder of this name in the working directory is meant before a bundle is. */
        private static boolean isNameOf(ModelBundle bundle, String name) {
            return bundle.name().equals(name) && !Files.exists(Path.of(name));
        }

        private Path location() {
            Path path = Path.of(model.orElseThrow());
            if (!Files.exists(path)) {
                throw new InvalidFileException(
                        path, "not found; a model is a directory with a model_index.json, or a safetensors file");
            }
            return path;
        }
    }
}
