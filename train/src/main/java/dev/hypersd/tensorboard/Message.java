package dev.hypersd.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A message in the wire format of protocol buffers: a sequence of numbered fields. */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    /** Adds a field of type {@code int32}, {@code int64} or an enumeration. */
    Message put(int field, long value) {
        key(field, VARINT);
        varint(value);
        return this;
    }

    /** Adds a field of type {@code double}. */
    Message put(int field, double value) {
        key(field, FIXED64);
        content.writeBytes(little(Double.BYTES).putDouble(value).array());
        return this;
    }

    /** Adds a field of type {@code float}. */
    Message put(int field, float value) {
        key(field, FIXED32);
        content.writeBytes(little(Float.BYTES).putFloat(value).array());
        return this;
    }

    /** Adds a field of type {@code string}. */
    Message put(int field, String value) {
        return put(field, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a field that is itself a message. */
    Message put(int field, Message value) {
        return put(field, value.bytes());
    }

    /** Adds a field of type {@code bytes}. */
    Message put(int field, byte[] value) {
        key(field, BYTES);
        varint(value.length);
        content.writeBytes(value);
        return this;
    }

    byte[] bytes() {
        return content.toByteArray();
    }

    private void key(int field, int type) {
        varint((long) field << 3 | type);
    }

    /** Writes a number with seven bits in each byte, the lowest first; the eighth bit is set if more bytes follow. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            content.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        content.write((int) rest);
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
