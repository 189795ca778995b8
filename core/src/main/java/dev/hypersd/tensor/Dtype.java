package dev.hypersd.tensor;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types in which weights are stored and networks compute. Names are those of the safetensors format. */
public enum Dtype {
    F64(8, ScalarType.Double),
    F32(4, ScalarType.Float),
    F16(2, ScalarType.Half),
    BF16(2, ScalarType.BFloat16),
    /** An eight-bit type without infinity (Micikevicius et al., 2022). */
    F8_E4M3(1, ScalarType.Float8_e4m3fn),
    F8_E5M2(1, ScalarType.Float8_e5m2),
    I64(8, ScalarType.Long),
    I32(4, ScalarType.Int),
    I16(2, ScalarType.Short),
    I8(1, ScalarType.Char),
    U8(1, ScalarType.Byte),
    BOOL(1, ScalarType.Bool);

    private final int bytes;
    private final ScalarType scalarType;

    Dtype(int bytes, ScalarType scalarType) {
        this.bytes = bytes;
        this.scalarType = scalarType;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Returns the engine's name for this type. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /** Returns whether values are floating-point numbers, as the weights of a network must be. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case F64, F32, F16, BF16, F8_E4M3, F8_E5M2 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
        };
    }

    /** Returns the type with this safetensors name ({@code "F16"}); empty if there is none. */
    public static Optional<Dtype> ofName(String name) {
        return Arrays.stream(values()).filter(d -> d.name().equals(name)).findFirst();
    }

    /** Returns the type of the engine's {@code scalarType}. */
    public static Dtype of(ScalarType scalarType) {
        // Native code hands out copies of the constants; intern() leads back to the constant.
        ScalarType constant = scalarType.intern();
        return Arrays.stream(values())
                .filter(d -> d.scalarType == constant)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no tensor type of ours is a " + scalarType));
    }
}
