package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.lora.AdapterCache;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.model.DiffusionModel;
import dev.hypersd.model.ModelShapes;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.model.TextualInversion;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.HiresPass;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.Original;
import dev.hypersd.request.RequestDescription;
import dev.hypersd.request.Size;
import dev.hypersd.request.TargetModel;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.SeededNoise;
import dev.hypersd.tensor.Cancellation;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tensor.WeightStorage;
import dev.hypersd.vae.Autoencoder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * A text-to-image pipeline: Stable Diffusion 1.5, 2 or SDXL, with or without its refiner, ready to draw.
 *
 * <p>Safe to share: any thread may call it at any time, virtual threads included. Requests do not influence each other;
 * the engine processes them one after another.
 */
public final class DiffusionPipeline implements AutoCloseable {
    /**
     * The number of sets of merged weights that are kept, each of which takes as much memory as the network itself;
     * none are kept where weights are held as stored.
     */
    private static final int MERGED_ADAPTERS_KEPT = 2;

    private final ModelSource source;
    private final DiffusionModel model;
    private final MemoryBudget memory;
    private final LoraTargets loraTargets;
    private final FittedLoras loras;
    private final ControlNets controlNets;
    private final PromptCache texts = new PromptCache();
    private final AdapterCache adapters;

    /** True once the pipeline is closed; read and written on the engine's thread only. */
    private boolean closed;

    private DiffusionPipeline(
            OpenedModel opened,
            MemoryBudget memory,
            FittedLoras loras,
            ControlNets controlNets,
            BooleanSupplier isUnwanted) {
        this.source = opened.source();
        this.memory = memory;
        this.loras = loras;
        this.controlNets = controlNets;
        this.adapters = new AdapterCache(mergesAdapters(opened.placement()) ? MERGED_ADAPTERS_KEPT : 0);
        this.model = Engine.infer(
                () -> Cancellation.during(() -> requireWanted(isUnwanted), () -> DiffusionModel.load(opened)));
        this.loraTargets = model.denoiser().loraTargets();
    }

    /** Returns whether weights with LoRAs are copies; weights that are stored or quantised stay as they are. */
    private static boolean mergesAdapters(Placement placement) {
        return placement.storage() == WeightStorage.CONVERTED
                && !placement.products().equals(Optional.of(Dtype.I8));
    }

    /**
     * Loads a model that computes in F32.
     *
     * @param model a directory in the diffusers layout, or a checkpoint in one file
     * @throws InvalidFileException if a file is missing, broken or of the wrong kind
     * @throws HyperSdException if the model does not fit into this machine's memory; checked before anything is loaded
     */
    public static DiffusionPipeline load(Path model) {
        return load(new ModelSource(model));
    }

    /** Loads a model with the options of {@code source}. Throws as {@link #load(Path)} does. */
    public static DiffusionPipeline load(ModelSource source) {
        OpenedModel opened = source.open();
        return new DiffusionPipeline(
                opened, MemoryBudget.of(opened), new FittedLoras(), new ControlNets(opened.unet()), () -> false);
    }

    /**
     * Loads a model to draw {@code first}, and possibly other requests afterwards.
     *
     * @throws InvalidFileException if a file of the model or one that {@code first} names is missing, broken or of the
     *     wrong kind
     * @throws InvalidRequestException if the model cannot carry {@code first} out, or this machine's memory is too
     *     small for it; checked before anything is loaded
     */
    public static DiffusionPipeline load(ModelSource source, ImageRequest first) {
        return load(source.open(), first);
    }

    /** Loads an opened model, as {@link #load(ModelSource, ImageRequest)} does. */
    public static DiffusionPipeline load(OpenedModel opened, ImageRequest first) {
        return load(opened, first, () -> false);
    }

    /**
     * Loads an opened model, as {@link #load(ModelSource, ImageRequest)} does, as long as it is wanted.
     *
     * @param isUnwanted returns whether to end; it is called before each tensor is loaded, on the engine's thread
     * @throws GenerationCancelledException if {@code isUnwanted} returned true
     */
    public static DiffusionPipeline load(OpenedModel opened, ImageRequest first, BooleanSupplier isUnwanted) {
        FittedLoras loras = new FittedLoras();
        ControlNets controlNets = new ControlNets(opened.unet());
        try {
            RequestCheck.require(first, opened.unet(), opened.hasRefiner());
            controlNets.requireFit(first.controls());
            RequestCheck.requireSteps(first, first.sampler().orElseGet(opened::sampler), opened.schedule());
            requireFit(first.loras(), loras, opened);
            requireWords(first, opened);
            MemoryBudget memory = MemoryBudget.of(opened);
            memory.requireFirst(
                    first,
                    loras,
                    controlNets.weightBytes(first.controls(), opened.placement().dtype()));
            return new DiffusionPipeline(opened, memory, loras, controlNets, isUnwanted);
        } catch (RuntimeException e) {
            loras.close();
            throw e;
        }
    }

    private static void requireFit(List<LoraWeight> wanted, FittedLoras loras, OpenedModel opened) {
        if (!wanted.isEmpty()) {
            try (ModelShapes shapes = ModelShapes.of(opened)) {
                loras.requireFit(wanted, shapes.loraTargets());
            }
        }
    }

    private static void requireWords(ImageRequest first, OpenedModel opened) {
        if (!first.words().isEmpty()) {
            opened.textWidths()
                    .forEach(widths -> first.words()
                            .forEach(learned -> TextualInversion.open(learned.word(), learned.file(), widths)
                                    .close()));
        }
    }

    /** Draws the pictures of {@code request}. */
    public List<GeneratedImage> generate(ImageRequest request) {
        return generate(request, GenerationListener.NONE);
    }

    /**
     * Draws the pictures of {@code request} and reports the progress to {@code listener}.
     *
     * @throws InvalidRequestException if this model cannot carry the request out, or this machine's memory is too small
     *     for it
     * @throws GenerationCancelledException if the listener cancels it
     */
    public List<GeneratedImage> generate(ImageRequest request, GenerationListener listener) {
        return generateTogether(List.of(request), listener).getFirst();
    }

    /**
     * Draws the pictures of several requests in one batch, which takes less time than one request after another where
     * pictures are small.
     *
     * @param requests at least one; see {@link ImageRequest#joins}
     * @param listener receives the progress of all pictures together
     * @return the pictures of each request
     * @throws InvalidRequestException if the requests differ in more than they may, or as
     *     {@link #generate(ImageRequest, GenerationListener)} says
     * @throws GenerationCancelledException if the listener cancels them
     */
    public List<List<GeneratedImage>> generateTogether(List<ImageRequest> requests, GenerationListener listener) {
        ImageRequest batch = ImageRequest.together(requests);
        RequestCheck.requireSteps(batch, sampler(batch), model.schedule());
        SamplingPlan plan = plan(batch);
        long[] seeds = requests.stream().flatMapToLong(ImageRequest::seeds).toArray();
        int secondSteps = secondSteps(batch);
        Passes passes = new Passes(listener, plan.size() + batch.count() * secondSteps);
        List<Image> drawn = passes.keep(draw(batch, seeds, plan, passes.first(plan.size())));
        Iterator<Integer> numbers = IntStream.range(0, drawn.size()).iterator();
        return requests.stream()
                .map(request -> IntStream.range(0, request.count())
                        .mapToObj(i -> {
                            int number = numbers.next();
                            return finish(request, i, drawn.get(number), passes.second(number, secondSteps));
                        })
                        .toList())
                .toList();
    }

    /** Returns the number of steps of the second pass over one picture of {@code request}, 0 if there is none. */
    private int secondSteps(ImageRequest request) {
        return request.hires()
                .map(pass -> plan(request.toBuilder().strength(pass.strength()).build())
                        .size())
                .orElse(0);
    }

    private GeneratedImage finish(ImageRequest request, int index, Image drawn, GenerationListener listener) {
        Image finished = request.hires()
                .map(pass -> enlarge(secondPass(request, pass, index, drawn), listener))
                .orElse(drawn);
        GenerationParameters parameters = RequestDescription.of(
                request,
                index,
                sizeOf(request),
                sampler(request),
                target().name(),
                source.options()
                        .refiner()
                        .map(refiner -> String.valueOf(refiner.path().getFileName())));
        return new GeneratedImage(finished, parameters, request.seed() + index);
    }

    /**
     * Returns the request of the second pass over picture {@code index} of {@code request}, of which the first pass is
     * {@code drawn}.
     */
    private static ImageRequest secondPass(ImageRequest request, HiresPass pass, int index, Image drawn) {
        Original original = pass.original(drawn, request.original());
        return request.part(index, 1).toBuilder()
                .size(original.picture().width(), original.picture().height())
                .original(original)
                .strength(pass.strength())
                .withoutHires()
                .build();
    }

    private Image enlarge(ImageRequest second, GenerationListener listener) {
        return draw(second, second.seeds().toArray(), plan(second), listener).getFirst();
    }

    /**
     * Draws pictures in one pass.
     *
     * @param seeds the seed of each picture
     */
    private List<Image> draw(ImageRequest request, long[] seeds, SamplingPlan plan, GenerationListener listener) {
        return run(
                request,
                listener,
                generation -> ImageTensors.images(generation.decode(generation.denoise(plan, new SeededNoise(seeds)))));
    }

    /**
     * Encodes pictures and decodes them again, which is the best that this model could draw of them.
     *
     * @throws InvalidRequestException if a side is not a multiple of the autoencoder's factor
     */
    public List<Image> reconstruct(List<Image> pictures) {
        return Engine.infer(() -> {
            requireOpen();
            return pictures.stream()
                    .map(picture -> TensorScope.released(
                            () -> ImageTensors.images(reconstruct(model.device().place(ImageTensors.of(picture))))
                                    .getFirst()))
                    .toList();
        });
    }

    private void requireOpen() {
        if (closed) {
            throw new HyperSdException("this pipeline is closed: load the model again to draw with it");
        }
    }

    /** Encodes and decodes without sampling, from the mean of the distribution of latents. */
    private Tensor reconstruct(Tensor pixels) {
        Autoencoder autoencoder = model.autoencoder();
        long factor = autoencoder.scaleFactor();
        long[] shape = {1, autoencoder.latentChannels(), pixels.size(2) / factor, pixels.size(3) / factor};
        Tensor none = model.device().place(Tensors.empty(shape).zero_());
        return autoencoder.decode(autoencoder.encode(pixels, () -> none));
    }

    /** Returns the sampling plan of {@code request} for this model. */
    public SamplingPlan plan(ImageRequest request) {
        return sampler(request).plan(request.schedule(model.schedule()), request.steps());
    }

    /** Returns the properties of this model that options are resolved with. */
    public TargetModel target() {
        return TargetModel.of(source).withNativeSize(new Size(model.nativeSize(), model.nativeSize()));
    }

    /** Returns the sampler of {@code request}, or else that of the model's own configuration. */
    public Sampler sampler(ImageRequest request) {
        return request.sampler().orElseGet(model::sampler);
    }

    /** Returns the size of {@code request}, or else the size that the model was trained for. */
    public Size sizeOf(ImageRequest request) {
        return request.pictureSize().orElseGet(() -> new Size(model.nativeSize(), model.nativeSize()));
    }

    /** Runs {@code work} on the engine's thread with the LoRAs of {@code request} applied. */
    <T> T run(ImageRequest request, GenerationListener listener, Function<Generation, T> work) {
        RequestCheck.require(
                request, model.denoiser().unet().config(), model.refiner().isPresent());
        controlNets.requireFit(request.controls());
        memory.require(request);
        Size size = sizeOf(request);
        return Engine.infer(() -> {
            requireOpen();
            List<WeightedLora> wanted = loras.fit(request.loras(), loraTargets, listener::onWarning);
            return Cancellation.during(() -> requireWanted(listener::isCancelled), () -> {
                try (AdapterCache.Lease lease = adapters.lease(wanted)) {
                    Generation generation = new Generation(
                            model,
                            withWords(request, wanted),
                            size,
                            controlNets.load(request.controls(), model),
                            texts,
                            listener);
                    return lease.adapters().during(() -> work.apply(generation));
                }
            });
        });
    }

    private static void requireWanted(BooleanSupplier isUnwanted) {
        if (isUnwanted.getAsBoolean()) {
            throw new GenerationCancelledException();
        }
    }

    /**
     * Adds to {@code request} the textual inversion embeddings of its LoRA files whose words occur in prompts; its own
     * take precedence.
     */
    private static ImageRequest withWords(ImageRequest request, List<WeightedLora> loras) {
        SortedMap<String, Path> brought = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        loras.stream()
                .filter(lora -> lora.weight() != 0)
                .map(lora -> lora.lora().file())
                .forEach(file -> file.words().forEach(word -> brought.putIfAbsent(word, file.path())));
        request.words().forEach(learned -> brought.remove(learned.word()));
        brought.keySet().removeIf(word -> request.prompts().stream().noneMatch(prompt -> prompt.mentions(word)));
        if (brought.isEmpty()) {
            return request;
        }
        ImageRequest.Builder builder = request.toBuilder();
        brought.forEach((word, file) -> builder.word(new LearnedWord(word, file)));
        return builder.build();
    }

    /** Frees the model after the requests in progress. Pictures that were drawn stay valid. */
    @Override
    public void close() {
        Engine.infer(() -> {
            closed = true;
            adapters.close();
            texts.close();
            controlNets.close();
            loras.close();
            model.close();
            return model;
        });
    }
}
