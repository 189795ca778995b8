package dev.hypersd.kernel;

import static dev.hypersd.onednn.OneDnn.address;
import static java.lang.System.Logger.Level.WARNING;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.onednn.OneDnn;
import dev.hypersd.onednn.OneDnn.Layout;
import dev.hypersd.onednn.OneDnn.Operation;
import dev.hypersd.onednn.OneDnn.OperationRefused;
import dev.hypersd.onednn.OneDnn.Plan;
import dev.hypersd.onednn.Operations;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * The weight of a linear layer or a convolution, arranged in memory for products in BF16 or INT8.
 *
 * <p>It is arranged when it is first used, since the best layout depends on the size of the input, and again when an
 * input needs another layout. The tensor that it is made of is only read then.
 *
 * <p>In INT8 both factors are quantised ({@link Quantisation}): the weight with a scale for each output channel, the
 * input at each call, with one scale for the whole of it, or one for each vector in linear layers whose output is
 * shorter than their input. There, inputs differ most, and scaling the output once more costs least. The sums are
 * exact.
 *
 * <p>It is used on the engine's thread, without gradients.
 */
public final class PackedWeight implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PackedWeight.class.getPackageName());

    /** Why the library has refused products; each reason is told once. */
    private static final Set<String> REASONS = ConcurrentHashMap.newKeySet();

    /** The channels of one block. Weights that would not fill their blocks are not packed. */
    private static final long BLOCK = 32;

    private final Tensor source;
    private final Form form;
    private final Dtype products;
    private final long[] shape;
    private final LongConsumer read;
    private Optional<Packed> packed = Optional.empty();

    /** Whether the library has no fast products of these types and sizes, so that the engine multiplies. */
    private boolean refused;

    /**
     * Creates the weight; nothing is computed yet.
     *
     * @param source {@code [out, in]} of a linear layer, or {@code [out, in, k, k]}, of any floating-point type; it
     *     must outlive this
     * @param products BF16 or I8
     */
    public PackedWeight(Tensor source, Form form, Dtype products) {
        this(source, form, products, _ -> {});
    }

    /**
     * Creates the weight as {@link #PackedWeight(Tensor, Form, Dtype)} does.
     *
     * @param read takes the number of bytes whenever the source has been read
     */
    public PackedWeight(Tensor source, Form form, Dtype products, LongConsumer read) {
        if (!fits(Tensors.shape(source))) {
            throw new IllegalArgumentException("a weight cannot be packed: " + Tensors.describe(source));
        }
        this.source = source;
        this.form = form;
        this.products = products;
        this.read = read;
        this.shape =
                form.linear() ? new long[] {source.size(0), source.numel() / source.size(0)} : Tensors.shape(source);
    }

    /** Returns whether weights can be packed on this machine at all. */
    public static boolean isAvailable() {
        return OneDnn.isAvailable();
    }

    /**
     * Returns whether this machine multiplies quantised numbers. Processors without VNNI or AMX add pairs of products
     * in 16 bits, which overflow, so a product is computed and looked at.
     */
    public static boolean multipliesQuantised() {
        // On the engine's thread alone, so that no other thread waits for it while it initialises the class.
        return isAvailable() && Engine.infer(() -> Quantised.IS_EXACT);
    }

    private static final class Quantised {
        private static final long LENGTH = 64;

        static final boolean IS_EXACT = isExact();

        private static boolean isExact() {
            try (PackedWeight ones = new PackedWeight(torch.ones(LENGTH, LENGTH), Form.LINEAR, Dtype.I8)) {
                double sum = ones.linear(torch.ones(1, LENGTH), Optional.empty())
                        .max()
                        .item_double();
                return !ones.isRefused() && Math.abs(sum - LENGTH) < 1;
            }
        }
    }

    /**
     * Checks that this machine multiplies quantised numbers.
     *
     * @throws InvalidRequestException if not
     */
    public static void requireQuantised() {
        if (!isAvailable()) {
            throw new InvalidRequestException("int8 needs oneDNN, which is not on the class path: add the dependency "
                    + Engine.artefact("onednn") + ", which is of type pom, or choose another --dtype");
        }
        if (!multipliesQuantised()) {
            throw new InvalidRequestException(
                    "int8 needs a processor with VNNI or AMX, which this one lacks; choose another --dtype");
        }
    }

    /**
     * Returns whether a weight can be packed: its channels must fill the blocks in which they are kept.
     *
     * @param shape {@code [out, in]} or {@code [out, in, k, k]}
     */
    public static boolean fits(long... shape) {
        return shape.length >= 2 && shape[0] % BLOCK == 0 && shape[1] % BLOCK == 0 && isAvailable();
    }

    /** Returns what the weight is used for. */
    public Form form() {
        return form;
    }

    /** Returns the type of the products, BF16 or I8. */
    public Dtype products() {
        return products;
    }

    /** Returns the bytes that it takes at present, the source not counted; 0 before its first use. */
    public long bytes() {
        return packed.map(Packed::bytes).orElse(0L);
    }

    /**
     * Applies the weight as a linear layer.
     *
     * @param x {@code [..., in]}, BF16, or F32 where products are in I8
     * @param bias {@code [out]}
     * @return {@code [..., out]}, of the type of {@code x}
     */
    public Tensor linear(Tensor x, Optional<Tensor> bias) {
        require(x, form.linear() && x.dim() > 0 && x.size(-1) == shape[1]);
        return TensorScope.scoped(() -> {
            Tensor rows = x.reshape(-1, shape[1]).contiguous();
            boolean byVector = products == Dtype.I8 && shape[0] < shape[1];
            Tensor y = multiplied(
                    () -> byVector ? byVector(rows, bias) : byTensor(rows, bias),
                    () -> Matmul.linear(rows, unpacked(x).flatten(1, -1), bias));
            long[] result = Tensors.shape(x);
            result[result.length - 1] = shape[0];
            return y.view(result);
        });
    }

    /**
     * Applies the weight as a convolution.
     *
     * @param x {@code [B, in, H, W]}, BF16, or F32 where products are in I8
     * @param bias {@code [out]}
     * @return {@code [B, out, H', W']}, of the type of {@code x}, channels-last in memory
     */
    public Tensor convolution(Tensor x, Optional<Tensor> bias) {
        require(x, !form.linear() && x.dim() == 4 && x.size(1) == shape[1] && isLarge(x.size(2)) && isLarge(x.size(3)));
        return TensorScope.scoped(() -> multiplied(
                () -> byTensor(x.contiguous(MemoryFormat.ChannelsLast), bias),
                () -> Convolution.apply(x, unpacked(x), bias, form.stride(), form.padding())));
    }

    /** Returns the result of the library or, where that has none that is fast, of the engine. */
    private Tensor multiplied(Supplier<Tensor> library, Supplier<Tensor> engine) {
        if (!refused) {
            try {
                return library.get();
            } catch (OperationRefused e) {
                if (REASONS.add(String.valueOf(e.getMessage()))) {
                    LOG.log(WARNING, "{0}; the engine multiplies layers such as {1} instead", e.getMessage(), sizes());
                }
                close();
                refused = true;
            }
        }
        return engine.get();
    }

    /** Returns whether the engine multiplies, with weights that are neither arranged nor quantised. */
    boolean isRefused() {
        return refused;
    }

    private String sizes() {
        return Arrays.toString(shape);
    }

    /** Returns the weight as the engine multiplies it with {@code x}. */
    private Tensor unpacked(Tensor x) {
        return source.to(x.scalar_type());
    }

    private boolean isLarge(long side) {
        return side + 2 * form.padding() >= shape[2];
    }

    /** Refuses what the library would read or write beyond its memory for. */
    private void require(Tensor x, boolean fits) {
        Dtype type = Dtype.of(x.scalar_type());
        boolean typed = type == Dtype.BF16 || (type == Dtype.F32 && products == Dtype.I8);
        if (!fits || !typed || !x.is_cpu() || x.numel() == 0) {
            throw new IllegalArgumentException("a packed weight %s in %s cannot be applied to %s"
                    .formatted(sizes(), products, Tensors.describe(x)));
        }
    }

    /** Multiplies an input that is contiguous in its layout and has, in INT8, one scale. */
    private Tensor byTensor(Tensor x, Optional<Tensor> bias) {
        if (products == Dtype.BF16) {
            return multiply(x, Optional.empty(), bias, Dtype.BF16);
        }
        Tensor flat = (x.dim() == 4 ? x.permute(0, 2, 3, 1) : x).reshape(1, -1); // in the order of memory
        Tensor scale = Quantisation.scales(flat);
        Tensor all = Quantisation.quantised(flat, scale);
        Tensor read = x.dim() == 4
                ? all.view(x.size(0), x.size(2), x.size(3), x.size(1)).permute(0, 3, 1, 2)
                : all.view(x.size(0), x.size(1));
        return multiply(read, Optional.of(scale), bias, Dtype.of(x.scalar_type()));
    }

    /** Multiplies rows that have a scale each. The scales are rounded first, so that they are exact in the result. */
    private Tensor byVector(Tensor rows, Optional<Tensor> bias) {
        Tensor each = Quantisation.scales(rows).to(rows.scalar_type());
        Tensor read = Quantisation.quantised(rows, each.to(Dtype.F32.scalarType()));
        Tensor y = multiply(read, Optional.empty(), Optional.empty(), Dtype.of(rows.scalar_type()));
        Tensor factors = each.unsqueeze(1);
        return bias.map(b -> torch.addcmul(b, y, factors)).orElseGet(() -> y.mul_(factors));
    }

    private Tensor multiply(Tensor x, Optional<Tensor> scale, Optional<Tensor> bias, Dtype type) {
        // Fast convolutions in INT8 take no other bias.
        Dtype biasType = products == Dtype.I8 ? Dtype.F32 : type;
        Optional<Tensor> added = bias.map(b -> b.to(biasType.scalarType()).contiguous());
        Product product = new Product(
                products,
                type,
                added.map(_ -> biasType),
                scale.isPresent(),
                Product.list(Tensors.shape(x)),
                Product.list(shape),
                form);
        Packed weights = packedFor(product);
        Tensor result = empty(type, product.resultShape());
        LongStream scales = LongStream.concat(addresses(weights.scales), addresses(scale));
        long[] addresses = LongStream.concat(
                        LongStream.of(address(x), address(weights.memory), address(result)),
                        LongStream.concat(scales, addresses(added)))
                .toArray();
        Operations.of(product, () -> product.compile(weights.layout)).run(addresses);
        return result;
    }

    private static LongStream addresses(Optional<Tensor> tensor) {
        return tensor.stream().mapToLong(OneDnn::address);
    }

    private static Tensor empty(Dtype type, long... shape) {
        return shape.length == 2
                ? Tensors.empty(type, shape)
                : Tensors.empty(type, shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2);
    }

    /** Returns the weight in the layout that is best for {@code product}. */
    private Packed packedFor(Product product) {
        if (packed.filter(known -> known.fits(product)).isEmpty()) {
            Layout best = product.fastestWeights();
            if (packed.filter(known -> known.layout.isSame(best)).isPresent()) {
                best.close();
            } else {
                close();
                packed = Optional.of(Packed.of(source, product, best));
                read.accept(source.nbytes());
            }
            packed.orElseThrow().last = Optional.of(product);
        }
        return packed.orElseThrow();
    }

    /** Frees the arranged copy; the weight can be used again. */
    @Override
    public void close() {
        packed.ifPresent(Packed::close);
        packed = Optional.empty();
    }

    /** The weight in one layout. */
    private static final class Packed {
        private final Layout layout;
        private final TensorArena arena;
        private final Tensor memory;
        private final Optional<Tensor> scales;

        /** The last product that the layout was compared with. */
        private Optional<Product> last = Optional.empty();

        private Packed(Layout layout, TensorArena arena, Tensor memory, Optional<Tensor> scales) {
            this.layout = layout;
            this.arena = arena;
            this.memory = memory;
            this.scales = scales;
        }

        static Packed of(Tensor source, Product product, Layout layout) {
            TensorArena arena = new TensorArena();
            arena.own(layout);
            Tensor memory = arena.own(Tensors.empty(Dtype.U8, layout.bytes()));
            Tensor rows = source.flatten(1, -1);
            Optional<Tensor> scales = product.factors() == Dtype.I8
                    ? Optional.of(arena.own(TensorScope.scoped(() -> Quantisation.scales(rows))))
                    : Optional.empty();
            TensorScope.released(() -> {
                Tensor plain = scales.map(each -> Quantisation.quantised(
                                rows.to(Dtype.F32.scalarType()).contiguous(), each))
                        .orElseGet(() -> rows.to(product.factors().scalarType()).contiguous());
                Tensor turned = Tensors.empty(product.factors(), plain.numel());
                try (Layout given = product.plainWeights();
                        Layout between = product.outputsInnermost()) {
                    copy(plain, given, turned, between);
                    copy(turned, between, memory, layout);
                }
                return plain.numel();
            });
            return new Packed(layout, arena, memory, scales);
        }

        private static void copy(Tensor from, Layout its, Tensor to, Layout other) {
            try (Plan plan = Plan.copy(its, other);
                    Operation copy = new Operation(plan, new int[] {OneDnn.SRC, OneDnn.DST}, its, other)) {
                copy.run(address(from), address(to));
            }
        }

        boolean fits(Product product) {
            return last.equals(Optional.of(product));
        }

        long bytes() {
            return memory.numel() + scales.map(Tensor::nbytes).orElse(0L);
        }

        void close() {
            arena.close();
        }
    }
}
