package dev.hypersd.pickle;

import dev.hypersd.tensor.Dtype;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value in a pickle, as far as weights consist of it. All of it is data; values may contain each other, also in
 * circles.
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
     * A dictionary, in the order in which its entries came. Keys that are no texts are known by what names them. Two
     * dictionaries are equal only if they are the same.
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
     * A value whose content no weight consists of: {@code None}, a boolean, a fraction, bytes, a set.
     *
     * @param kind what to call it in messages
     */
    record Plain(String kind) implements PickleValue {}

    /**
     * A class or function that is named.
     *
     * @param name with its module: {@code "collections.OrderedDict"}
     * @param place where it is named: {@code "byte 123"}
     */
    record Global(String name, String place) implements PickleValue {}

    /**
     * An object of a class that is not known here. Nothing of it is kept but the name of its class.
     *
     * @param name of the class or function that would have made it
     * @param place where that is named: {@code "byte 123"}
     */
    record Opaque(String name, String place) implements PickleValue {}

    /**
     * The elements that tensors have in common, or a part of them.
     *
     * @param key by which the file finds it
     * @param dtype of its elements; absent where they are bytes of any type
     * @param count how many elements all of it has, or bytes where it has no type
     * @param offset of the part, in elements
     */
    record Storage(String key, Optional<Dtype> dtype, long count, long offset) implements PickleValue {
        /** Returns the size of all of it in bytes, or throws {@link ArithmeticException} if that exceeds 2^63 - 1. */
        long bytes() {
            return Math.multiplyExact(count, dtype.map(Dtype::bytes).orElse(1));
        }
    }

    /**
     * A tensor.
     *
     * @param dtype of its elements
     * @param offset of the first element in the storage, in elements
     * @param strides how many elements apart neighbours lie in each dimension, 0 or more
     */
    record Strided(Storage storage, Dtype dtype, long offset, long[] shape, long[] strides) implements PickleValue {}

    /** Returns what the value is, for messages: {@code "a text"}. */
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
