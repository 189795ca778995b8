package dev.hypersd.pickle;

import dev.hypersd.pickle.PickleValue.Dictionary;
import dev.hypersd.pickle.PickleValue.Global;
import dev.hypersd.pickle.PickleValue.Items;
import dev.hypersd.pickle.PickleValue.Opaque;
import dev.hypersd.pickle.PickleValue.Storage;
import dev.hypersd.pickle.PickleValue.Strided;
import dev.hypersd.pickle.PickleValue.Text;
import dev.hypersd.pickle.PickleValue.Whole;
import dev.hypersd.tensor.Dtype;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The meanings of the classes and functions that saved weights consist of: dictionaries, storages and tensors. Of all
 * others only the names are kept.
 */
final class Globals {
    private static final Map<String, Dtype> TYPES = Map.ofEntries(
            Map.entry("Double", Dtype.F64),
            Map.entry("Float", Dtype.F32),
            Map.entry("Half", Dtype.F16),
            Map.entry("BFloat16", Dtype.BF16),
            Map.entry("Long", Dtype.I64),
            Map.entry("Int", Dtype.I32),
            Map.entry("Short", Dtype.I16),
            Map.entry("Char", Dtype.I8),
            Map.entry("Byte", Dtype.U8),
            Map.entry("Bool", Dtype.BOOL));

    private static final Pattern STORAGE = Pattern.compile("torch\\.(?:cuda\\.)?(\\w+)Storage");
    private static final Set<String> UNTYPED = Set.of("torch.UntypedStorage", "torch.storage.UntypedStorage");

    /** The types of tensors whose storages have no type. */
    private static final Map<String, Dtype> NAMED_TYPES = Map.of(
            "torch.float64", Dtype.F64,
            "torch.float32", Dtype.F32,
            "torch.float16", Dtype.F16,
            "torch.bfloat16", Dtype.BF16,
            "torch.float8_e4m3fn", Dtype.F8_E4M3,
            "torch.float8_e5m2", Dtype.F8_E5M2);

    private static final String ORDERED_DICTIONARY = "collections.OrderedDict";
    private static final String PARAMETER_DICTIONARY = "torch.nn.modules.container.ParameterDict";

    private static final String PARAMETERS = "_parameters";

    /** The names of all functions that make tensors, known or not. */
    private static final Pattern MAKES_TENSOR =
            Pattern.compile("torch\\.(_utils|_tensor|tensor|nn\\.parameter)\\._?rebuild_.*");

    private static final String NOT_TENSOR = "a tensor is not made of a storage, an offset, sizes and strides";

    private final PickleInput in;

    /** Creates the meanings for a pickle; messages name the place in {@code in}. */
    Globals(PickleInput in) {
        this.in = in;
    }

    /** Returns the class or function {@code name} of {@code module}. */
    Global named(String module, String name) {
        Global global = new Global(module + "." + name, in.place());
        if (AttackNames.has(module, name)) {
            throw in.refusal(
                    "names " + global.name() + ", which no weights need and which could run code: it may be an "
                            + "attack; nothing of it was run or converted");
        }
        return global;
    }

    /** Returns the value that stands for the result of calling {@code called} with {@code arguments}. */
    PickleValue called(PickleValue called, PickleValue arguments) {
        if (!(called instanceof Global global)) {
            return opaque(called);
        }
        List<PickleValue> values = arguments instanceof Items items ? items.items() : List.of();
        return switch (global.name()) {
            case ORDERED_DICTIONARY -> dictionary(values);
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> {
                requireNoState(values, 6);
                Storage storage = storage(values);
                Dtype dtype = storage.dtype().orElseThrow(() -> in.damaged(NOT_TENSOR));
                yield strided(storage, dtype, values);
            }
            case "torch._utils._rebuild_tensor_v3" -> {
                requireNoState(values, 7);
                if (values.size() < 7 || !(values.get(6) instanceof Global type)) {
                    throw in.damaged(NOT_TENSOR);
                }
                yield strided(storage(values), type(type), values);
            }
            case "torch._utils._rebuild_parameter" -> {
                if (values.isEmpty() || !(values.getFirst() instanceof Strided tensor)) {
                    throw in.refusal("holds a parameter that is made of "
                            + (values.isEmpty() ? "nothing" : values.getFirst().kind()) + " and not of a tensor");
                }
                yield tensor;
            }
            default -> {
                if (MAKES_TENSOR.matcher(global.name()).matches()) {
                    throw in.refusal("holds a tensor made by " + global.name()
                            + ", which is not supported; store it as an ordinary, dense tensor");
                }
                yield opaque(global);
            }
        };
    }

    /** Returns an object of the class {@code type}, before anything is put into it. */
    PickleValue instance(PickleValue type) {
        boolean dictionary = type instanceof Global global
                && (global.name().equals(PARAMETER_DICTIONARY) || global.name().equals(ORDERED_DICTIONARY));
        return dictionary ? new Dictionary() : opaque(type);
    }

    /**
     * Puts {@code state} into an object. Dictionaries of parameters have their parameters in it. Other dictionaries
     * have only attributes in it, such as the versions of layers, which are not weights and are dropped.
     *
     * @return the number of values put in
     */
    static int build(PickleValue object, PickleValue state) {
        if (object instanceof Dictionary dictionary
                && state instanceof Dictionary fields
                && fields.entries().get(PARAMETERS) instanceof Dictionary parameters
                && parameters != dictionary) {
            dictionary.entries().putAll(parameters.entries());
            return parameters.entries().size();
        }
        return 0;
    }

    /** Returns the value that stands for a reference out of the pickle. */
    PickleValue persistent(PickleValue identity) {
        List<PickleValue> values = identity instanceof Items items ? items.items() : List.of();
        if (values.isEmpty() || !(values.getFirst() instanceof Text kind)) {
            throw in.damaged("a reference out of the pickle does not say what it refers to");
        }
        if (kind.text().equals("module") && values.size() > 1 && values.get(1) instanceof Global network) {
            // The class of a network, which older files store together with its source code.
            return network;
        }
        if (!kind.text().equals("storage")) {
            throw in.refusal("refers to a " + kind.text() + " out of the pickle, which is not supported");
        }
        if (values.size() < 5
                || !(values.get(1) instanceof Global type)
                || !(values.get(2) instanceof Text key)
                || !(values.get(4) instanceof Whole count)) {
            throw in.damaged("a storage is not named by type, key, device and size");
        }
        long offset = values.size() > 5 && values.get(5) instanceof Items view ? number(view.items(), 1) : 0;
        Optional<Dtype> dtype = UNTYPED.contains(type.name()) ? Optional.empty() : Optional.of(storageType(type));
        if (number(count) > Long.MAX_VALUE / Long.BYTES) {
            throw in.damaged("a storage is too large for any file");
        }
        return new Storage(key.text(), dtype, number(count), offset);
    }

    private Dtype storageType(Global type) {
        return Optional.of(STORAGE.matcher(type.name()))
                .filter(matcher -> matcher.matches() && TYPES.containsKey(matcher.group(1)))
                .map(matcher -> TYPES.get(matcher.group(1)))
                .orElseThrow(() -> in.refusal(
                        "holds tensors of " + type.name() + ", for which there is no type here; supported are "
                                + TYPES.keySet().stream().sorted().toList()));
    }

    private Dtype type(Global type) {
        return Optional.ofNullable(NAMED_TYPES.get(type.name()))
                .orElseThrow(
                        () -> in.refusal("holds a tensor of " + type.name() + ", for which there is no type here"));
    }

    private Dictionary dictionary(List<PickleValue> arguments) {
        Dictionary dictionary = new Dictionary();
        if (!arguments.isEmpty() && arguments.getFirst() instanceof Items pairs) {
            for (PickleValue pair : pairs.items()) {
                if (!(pair instanceof Items two) || two.items().size() != 2) {
                    throw in.damaged("a dictionary is not made of pairs");
                }
                put(dictionary, two.items().getFirst(), two.items().getLast());
            }
        }
        return dictionary;
    }

    /** Adds an entry. If there is one of that name already, the place of the new one becomes part of its name. */
    void put(Dictionary dictionary, PickleValue key, PickleValue value) {
        String name = switch (key) {
            case Text text -> text.text();
            case Whole number -> number.value().toString();
            default -> key.kind();
        };
        boolean taken = dictionary.entries().containsKey(name);
        dictionary.entries().put(taken ? name + " (" + in.place() + ")" : name, value);
    }

    private Storage storage(List<PickleValue> arguments) {
        if (arguments.size() < 4 || !(arguments.getFirst() instanceof Storage storage)) {
            throw in.damaged(NOT_TENSOR);
        }
        return storage;
    }

    private Strided strided(Storage storage, Dtype dtype, List<PickleValue> arguments) {
        long[] shape = numbers(arguments.get(2));
        long[] strides = numbers(arguments.get(3));
        long within = number(arguments, 1);
        if (shape.length != strides.length) {
            throw in.damaged(NOT_TENSOR);
        }
        // A storage without type counts in bytes; tensors always count in their own elements.
        long offset = storage.offset() / (storage.dtype().isPresent() ? 1 : dtype.bytes()) + within;
        return TensorBounds.checked(new Strided(storage, dtype, offset, shape, strides), in);
    }

    /** Refuses tensors with a pending operation, such as negation. */
    private void requireNoState(List<PickleValue> arguments, int index) {
        if (arguments.size() > index
                && arguments.get(index) instanceof Dictionary state
                && !state.entries().isEmpty()) {
            throw in.refusal("holds a tensor with a pending operation, such as negation, which is not supported");
        }
    }

    private long[] numbers(PickleValue value) {
        if (!(value instanceof Items items) || items.items().size() > TensorBounds.MOST_DIMENSIONS) {
            throw in.damaged("the sizes or strides of a tensor are not a list of at most %d numbers"
                    .formatted(TensorBounds.MOST_DIMENSIONS));
        }
        return items.items().stream().mapToLong(this::number).toArray();
    }

    private long number(List<PickleValue> values, int index) {
        if (index >= values.size()) {
            throw in.damaged("a number of a tensor is missing");
        }
        return number(values.get(index));
    }

    private long number(PickleValue value) {
        if (!(value instanceof Whole whole)
                || whole.value().signum() < 0
                || whole.value().bitLength() >= Long.SIZE) {
            throw in.damaged("a size of a tensor is not a whole number from 0 to 2^63 - 1");
        }
        return whole.value().longValueExact();
    }

    private Opaque opaque(PickleValue type) {
        return type instanceof Global global
                ? new Opaque(global.name(), global.place())
                : new Opaque(type.kind(), in.place());
    }
}
