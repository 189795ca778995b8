package dev.hypersd.pickle;

import dev.hypersd.tensor.Dtype;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value in a pickle, as far as it is needed for weights. Values are plain data. They may contain each other, even in
 * cycles.
 */
sealed interface PickleValue {
    /** A text. */
    record Text(String text) implements PickleValue {}

    /** A whole number. */
    record Whole(BigInteger value) implements PickleValue {
        Whole(long value) {
            this(BigInteger.valueOf(value));
        }
    }

    /** A list or a tuple. */
    record Items(List<PickleValue> items) implements PickleValue {}

    /**
     * A dictionary with its entries in the order of the pickle. A key that is a number is written as text, and any
     * other key that is not a text is named by its {@link #kind}. Two dictionaries are equal only if they are the same
     * object.
     */
    final class Dictionary implements PickleValue {
        private final Map<String, PickleValue> entries = new LinkedHashMap<>();

        Map<String, PickleValue> entries() {
            return entries;
        }

        Optional<PickleValue> find(String key) {
            return Optional.ofNullable(entries.get(key));
        }
    }

    /**
     * A value whose content is not needed for weights: {@code None}, a boolean, a fraction, bytes, a set.
     *
     * @param kind its name in messages
     */
    record Plain(String kind) implements PickleValue {}

    /**
     * A class or function.
     *
     * @param name the name with the module: {@code "collections.OrderedDict"}
     * @param place the place in the file where it is named: {@code "byte 123"}
     */
    record Global(String name, String place) implements PickleValue {}

    /**
     * An object of a class that is not known here. Only the name of its class is kept.
     *
     * @param name the name of the class or function that would have made it
     * @param place the place in the file where it is named: {@code "byte 123"}
     */
    record Opaque(String name, String place) implements PickleValue {}

    /**
     * A storage: the elements that one or several tensors are views of; or a part of a storage.
     *
     * @param key the key of the storage in the file
     * @param dtype the type of its elements; absent if it consists of bytes of any type
     * @param count the number of elements of the whole storage, or of bytes if it has no type
     * @param offset the first element of the part
     */
    record Storage(String key, Optional<Dtype> dtype, long count, long offset) implements PickleValue {
        /**
         * Returns the size of the whole storage in bytes.
         *
         * @throws ArithmeticException if it exceeds 2^63 - 1
         */
        long bytes() {
            return Math.multiplyExact(count, dtype.map(Dtype::bytes).orElse(1));
        }
    }

    /**
     * A tensor.
     *
     * @param dtype the type of its elements
     * @param offset the position of the first element in the storage, in elements
     * @param strides the distance between neighbours in each dimension, in elements, 0 or more
     */
    record Strided(Storage storage, Dtype dtype, long offset, long[] shape, long[] strides) implements PickleValue {}

    /** Returns the kind of the value for messages: {@code "a text"}. */
    default String kind() {
        return switch (this) {
            case Text _ -> "a text";
            case Whole _ -> "a number";
            case Items _ -> "a list";
            case Dictionary _ -> "a dictionary";
            case Plain plain -> plain.kind();
            case Global global -> global.name();
            case Opaque opaque -> "an object of " + opaque.name();
            case Storage _ -> "a storage";
            case Strided _ -> "a tensor";
        };
    }
}
