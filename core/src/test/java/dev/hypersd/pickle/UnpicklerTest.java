package dev.hypersd.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.pickle.PickleValue.Dictionary;
import dev.hypersd.pickle.PickleValue.Items;
import dev.hypersd.pickle.PickleValue.Opaque;
import dev.hypersd.pickle.PickleValue.Plain;
import dev.hypersd.pickle.PickleValue.Text;
import dev.hypersd.pickle.PickleValue.Whole;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pickles that are written here instruction by instruction, one character for each byte. */
class UnpicklerTest {
    private static final String FLOATS = "ctorch\nFloatStorage\n";
    private static final String REBUILD = "ctorch._utils\n_rebuild_tensor_v2\n";

    @TempDir
    Path folder;

    @Test
    void protocol0IsRead() {
        PickleValue value = read(
                "(lp0\nI5\naI01\naL12345678901234567890L\naF0.5\naNaS'it\\'s \\xc3\\xa4\\n'\naVa\\u00e4\\U0001F98A\n"
                        + "a(S\"x\"\nI1\ntag0\na.");
        List<PickleValue> items = ((Items) value).items();
        assertThat(items)
                .startsWith(
                        new Whole(5),
                        new Plain("a boolean"),
                        new Whole(new BigInteger("12345678901234567890")),
                        new Plain("a number"),
                        new Plain("None"),
                        new Text("it's ä\n"),
                        new Text("aä\ud83e\udd8a"))
                .hasSize(9);
        assertThat(((Items) items.get(7)).items()).containsExactly(new Text("x"), new Whole(1));
        assertThat(items.get(8)).isSameAs(value);
    }

    @Test
    void wholeNumbersOfAnyLengthAreRead() {
        assertThat(read("\u008a\u0000.")).isEqualTo(new Whole(0));
        assertThat(read("\u008a\u0001\u00ff.")).isEqualTo(new Whole(-1));
        assertThat(read("\u008a\u0002\u00ff\u0000.")).isEqualTo(new Whole(255));
        assertThat(read("J\u00fe\u00ff\u00ff\u00ff.")).isEqualTo(new Whole(-2));
        assertThat(read("M\u0001\u0002.")).isEqualTo(new Whole(0x201));
    }

    @Test
    void dictionariesAreMadeInEveryWay() {
        for (String way : List.of(
                "(U\u0001aK\u0001d.",
                "}U\u0001aK\u0001s.",
                "}(U\u0001aK\u0001u.",
                "ccollections\nOrderedDict\n)R(X\u0001\u0000\u0000\u0000aK\u0001u.",
                "ccollections\nOrderedDict\n((lp1\n(U\u0001aK\u0001latR.",
                "\u008c\u000bcollections\u008c\u000bOrderedDict\u0093)\u0081U\u0001aK\u0001s.")) {
            assertThat(((Dictionary) read(way)).find("a")).as(way).contains(new Whole(1));
        }
    }

    @Test
    void objectsOfUnknownClassesAreNamesAndKeepNothing() {
        for (String way : List.of(
                "cnumpy.core.multiarray\nscalar\n(U\u0003f64tR.",
                "cnumpy.core.multiarray\nscalar\n)\u0081}U\u0001aK\u0001sb.",
                "(U\u0001ainumpy.core.multiarray\nscalar\n.",
                "(cnumpy.core.multiarray\nscalar\nU\u0001ao.",
                "cnumpy.core.multiarray\nscalar\n)}\u0092(U\u0001aK\u0001u(K\u0001e.")) {
            assertThat(read(way))
                    .as(way)
                    .isInstanceOfSatisfying(
                            Opaque.class,
                            opaque -> assertThat(opaque.name()).isEqualTo("numpy.core.multiarray.scalar"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
        cposix~system~(S'id'~tR.            | names posix.system, which no weights need and which could run code
        (S'id'~iposix~system~.              | names posix.system
        cbuiltins~getattr~.                 | names builtins.getattr
        N^c__builtin__~eval~.               | names __builtin__.eval, which no weights need and which could run code
        .                                   | the stack has no value to take (byte 0)
        (.                                  | the stack has no value to take
        N(.                                 | the stack has no value to take
        (N0.                                | the stack has no value to take
        t.                                  | values are taken up to a mark that is not set
        g5~.                                | value 5 of the memo is used and was never stored
        Na.                                 | the stack has no value to take
        K1(Ne.                              | values are added to a number
        )Na.                                | values are added to a list
        K1NNs.                              | entries are put into a number
        }(Nu.                               | an entry of a dictionary has no value
        NN!.                                | 0x21 is no instruction of a pickle
        P5~.                                | refers to values outside of the pickle by text
        NQ.                                 | a reference out of the pickle does not say what
        I1x~.                               | a text or number is not written as Python does
        S'a~.                               | a text without quotation marks
        S'\\q'~.                            | a text with the unknown escape
        V\\u12~.                            | a text or number is not written as Python does
        NN                                  | its pickle ends too early; the file is probably truncated
        """)
    void damagedPicklesAreRefused(String pickle, String sentence) {
        refused(pickle.replace('~', '\n').replace("^", "0"), sentence);
    }

    @Test
    void aRefusalNamesThePlaceOfTheInstruction() {
        refused("N0c__builtin__\neval\n.", "nothing of it was run or converted (byte 2)");
    }

    @Test
    void hostileLengthsAreRefusedBeforeAnythingIsAllocated() {
        refused("X\u00ff\u00ff\u00ff\u00ffab.", "a value of 4294967295 bytes reaches past the end");
        refused("T\u00ff\u00ff\u00ff\u00ffab.", "reaches past the end");
        refused("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fab.", "a value of 9223372036854775807 bytes");
        refused("\u008e\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0080ab.", "a value of 9223372036854775808 bytes");
        refused("\u008b\u00ff\u00ff\u00ff\u007f.", "holds a whole number of 2147483647 bytes");
        refused("\u008b\u0000\u0000\u0000\u0080.", "holds a whole number of 2147483648 bytes");
        refused("I" + "9".repeat(1000) + "\n.", "a number of 1000 digits");
        refused("\u0080\u0006N.", "is a pickle of protocol 6; 0 to 5 are known");
        refused("\u0097.", "buffers of protocol 5");
        refused("\u0082\u0001.", "names classes by numbers");
    }

    @Test
    @Timeout(60)
    void valuesAreCounted() {
        refused("N" + "2".repeat(2_000_001) + ".", "holds more than 2000000 values");
        refused("N" + "\u0094".repeat(2_000_001) + ".", "holds more than 2000000 values");
        refused("(".repeat(2_000_001), "holds more than 2000000 values");
        // What is copied again and again counts each time.
        String pairs =
                "ccollections\nOrderedDict\nq\u0000U\u0001aN\u0086q\u0001(" + "h\u0001".repeat(1000) + "l\u0085q\u0002";
        assertThat(read(pairs + "h\u0000h\u0002R0".repeat(1000) + ".")).isInstanceOf(Items.class);
        refused(pairs + "h\u0000h\u0002R0".repeat(2000) + ".", "holds more than 2000000 values");
        String entries = IntStream.range(0, 1000).mapToObj(i -> "I" + i + "\nN").collect(Collectors.joining());
        String parameters = "}U\u000b_parameters}(" + entries + "usq\u0000";
        assertThat(read(parameters + "}h\u0000b0".repeat(1000) + ".")).isInstanceOf(Dictionary.class);
        refused(parameters + "}h\u0000b0".repeat(2000) + ".", "holds more than 2000000 values");
    }

    @Test
    @Timeout(60)
    void keysWithTheSameHashAreDistinguishedInTime() {
        // "Aa" and "BB" have one hash, and so have all texts that are made of them.
        String entries = IntStream.range(0, 1 << 17)
                .mapToObj(i -> "U\42"
                        + IntStream.range(0, 17)
                                .mapToObj(bit -> (i >> bit & 1) == 0 ? "Aa" : "BB")
                                .collect(Collectors.joining())
                        + "N")
                .collect(Collectors.joining());
        assertThat(((Dictionary) read("}(" + entries + "u.")).entries()).hasSize(1 << 17);
    }

    @Test
    void entriesOfOneNameAreAllKept() {
        Dictionary dictionary = (Dictionary) read("}(I0\nI1\nU\u00010I2\nNI3\n(tI4\nu.");
        assertThat(dictionary.entries().keySet()).containsExactly("0", "0 (byte 23)", "None", "a list");
    }

    @Test
    void deepNestingDoesNotOverflowTheStack() {
        assertThat(read("N" + "\u0085".repeat(1_000_000) + ".")).isInstanceOf(Items.class);
        assertThat(read("]q\u0000h\u0000a.")).isInstanceOf(Items.class);
        assertThat(read("}N" + "\u0085".repeat(1_000_000) + "Ns.")).isInstanceOf(Dictionary.class);
    }

    @Test
    void tensorsReachNowhereOutsideOfTheirStorages() {
        assertThat(read(tensor("I10\n", "I2\n", "I2\nI4\n", "I4\nI1\n"))).isInstanceOf(PickleValue.Strided.class);
        refused(
                tensor("I10\n", "I3\n", "I2\nI4\n", "I4\nI1\n"),
                "a tensor reaches to byte 44 of its storage, which has 40");
        refused(tensor("I10\n", "I0\n", "I2\n", "I10\n"), "a tensor reaches to byte 44 of its storage, which has 40");
        refused(tensor("I10\n", "I-1\n", "I2\n", "I1\n"), "a size of a tensor is not a whole number from 0");
        refused(tensor("I10\n", "I0\n", "I-2\n", "I1\n"), "a size of a tensor is not a whole number from 0");
        refused(tensor("I10\n", "I0\n", "I2\n", "I-1\n"), "a size of a tensor is not a whole number from 0");
        refused(tensor("I10\n", "I9223372036854775807\n", "I2\n", "I1\n"), "a tensor is too large for any file");
        refused(tensor("I10\n", "I0\n", "I3\n", "I4611686018427387904\n"), "a tensor is too large for any file");
        String huge = "I4294967296\n".repeat(2);
        refused(tensor("I10\n", "I0\n", huge, "I0\nI0\n"), "a tensor is too large for any file");
        refused(tensor("I9223372036854775807\n", "I0\n", "I1\n", "I1\n"), "a storage is too large for any file");
        refused(tensor("I10\n", "I0\n", "I1\n", ""), "a tensor is not made of a storage, an offset");
        refused(tensor("I10\n", "I0\n", "I1\n".repeat(65), "I1\n".repeat(65)), "not a list of at most 64 numbers");
        refused(REBUILD + "(NI0\n))tR.", "a tensor is not made of a storage, an offset");
        refused(REBUILD + "NR.", "a tensor is not made of a storage, an offset");
        refused(
                "ctorch._utils\n_rebuild_parameter\n(cnumpy\nndarray\n)\u0081tR.",
                "made of an object of numpy.ndarray");
        refused("ctorch._utils\n_rebuild_qtensor\n)R.", "holds a tensor made by torch._utils._rebuild_qtensor");
        refused("(U\u0007storagecnumpy\nndarray\nU\u00010U\u0003cpuI1\ntQ.", "holds tensors of numpy.ndarray");
    }

    /** A tensor over a storage of floats. */
    private static String tensor(String count, String offset, String shape, String strides) {
        String storage = "(U\u0007storage" + FLOATS + "U\u00010U\u0003cpu" + count + "tQ";
        return REBUILD + "(" + storage + offset + "(" + shape + "t(" + strides + "tI00\n}tR.";
    }

    private void refused(String pickle, String sentence) {
        assertThatThrownBy(() -> read(pickle))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(sentence);
    }

    private PickleValue read(String pickle) {
        Path file = folder.resolve("a.pkl");
        try {
            Files.write(file, pickle.getBytes(StandardCharsets.ISO_8859_1));
            try (FileChannel channel = FileChannel.open(file)) {
                return Unpickler.read(new PickleInput(file, channel, "", 0, Files.size(file)))
                        .value();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
