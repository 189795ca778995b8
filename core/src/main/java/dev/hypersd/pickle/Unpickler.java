package dev.hypersd.pickle;

import dev.hypersd.pickle.PickleValue.Dictionary;
import dev.hypersd.pickle.PickleValue.Global;
import dev.hypersd.pickle.PickleValue.Items;
import dev.hypersd.pickle.PickleValue.Opaque;
import dev.hypersd.pickle.PickleValue.Plain;
import dev.hypersd.pickle.PickleValue.Storage;
import dev.hypersd.pickle.PickleValue.Text;
import dev.hypersd.pickle.PickleValue.Whole;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The stack machine that pickles are programs for, protocols 0 to 5 (https://docs.python.org/3/library/pickletools.html
 * describes the instructions). All that its instructions can do is to build {@link PickleValue}s. An instruction takes
 * constant time, or time in proportion to the values that it takes from the stack, and the number of values is bounded.
 */
final class Unpickler {
    private static final int NEWEST_PROTOCOL = 5;

    private static final PickleValue NONE = new Plain("None");
    private static final PickleValue FRACTION = new Plain("a number");

    private final PickleInput in;
    private final Globals globals;
    private final PickleStack stack;
    private final Map<String, Storage> storages = new LinkedHashMap<>();
    private Optional<Opaque> firstUnknown = Optional.empty();

    private Unpickler(PickleInput in) {
        this.in = in;
        this.globals = new Globals(in);
        this.stack = new PickleStack(in);
    }

    /**
     * The contents of a pickle.
     *
     * @param value the value that it builds
     * @param storages the storages that it refers to, by their keys
     * @param firstUnknown the first object whose class is not known here
     */
    record Result(PickleValue value, Map<String, Storage> storages, Optional<Opaque> firstUnknown) {}

    /**
     * Reads the next pickle of {@code in}.
     *
     * @throws dev.hypersd.error.InvalidFileException if it is not a pickle, or contains something that is refused
     */
    static Result read(PickleInput in) throws IOException {
        Unpickler machine = new Unpickler(in);
        for (int code = in.instruction(); code != '.'; code = in.instruction()) {
            machine.execute(code);
        }
        return new Result(machine.stack.pop(), machine.storages, machine.firstUnknown);
    }

    /** The letters are the names that Python has for the instructions. */
    private void execute(int code) throws IOException {
        switch (code) {
            // Numbers, texts and bytes.
            case 'N' -> stack.push(NONE);
            case 0x88, 0x89 -> stack.push(Literals.BOOLEAN);
            case 'J' -> stack.push(new Whole(in.signedInt()));
            case 'K' -> stack.push(new Whole(in.unsignedByte()));
            case 'M' -> stack.push(new Whole(in.unsignedShort()));
            case 0x8a -> stack.push(number(in.unsignedByte()));
            case 0x8b -> stack.push(number(in.signedInt()));
            case 'F' -> {
                in.line();
                stack.push(FRACTION);
            }
            case 'G' -> {
                in.signedLong();
                stack.push(FRACTION);
            }
            case 'I', 'L', 'S', 'V' -> stack.push(line(code));
            case 'T' -> stack.push(Literals.text(in.bytes(in.signedInt())));
            case 'U' -> stack.push(Literals.text(in.bytes(in.unsignedByte())));
            case 'X' -> stack.push(text(in.unsignedInt()));
            case 0x8c -> stack.push(text(in.unsignedByte()));
            case 0x8d -> stack.push(text(in.signedLong()));
            case 'B' -> bytes(in.unsignedInt());
            case 'C' -> bytes(in.unsignedByte());
            case 0x8e, 0x96 -> bytes(in.signedLong());

            // Lists, tuples, dictionaries and sets.
            case ']' -> stack.push(new Items(new ArrayList<>()));
            case ')' -> stack.push(new Items(List.of()));
            case 'l' -> stack.push(new Items(new ArrayList<>(stack.popToMark())));
            case 't' -> stack.push(new Items(stack.popToMark()));
            case 0x85, 0x86, 0x87 -> stack.push(new Items(stack.pop(code - 0x84)));
            case 'a' -> append(stack.pop(1));
            case 'e' -> append(stack.popToMark());
            case '}' -> stack.push(new Dictionary());
            case 'd' -> {
                List<PickleValue> entries = stack.popToMark();
                stack.push(new Dictionary());
                put(entries);
            }
            case 's' -> put(stack.pop(2));
            case 'u' -> put(stack.popToMark());
            case 0x8f -> stack.push(new Plain("a set"));
            case 0x90 -> stack.popToMark();
            case 0x91 -> {
                stack.popToMark();
                stack.push(new Plain("a set"));
            }

            // The stack and the memo.
            case '(' -> stack.mark();
            case '0' -> stack.drop();
            case '1' -> stack.popToMark();
            case '2' -> stack.push(stack.top());
            case 'p' -> stack.memoise(index(in.line()));
            case 'q' -> stack.memoise(in.unsignedByte());
            case 'r' -> stack.memoise(in.unsignedInt());
            case 0x94 -> stack.memoise();
            case 'g' -> stack.recall(index(in.line()));
            case 'h' -> stack.recall(in.unsignedByte());
            case 'j' -> stack.recall(in.unsignedInt());

            // Classes, functions and objects.
            case 'c' -> stack.push(globals.named(in.line(), in.line()));
            case 0x93 -> stack.push(globalOnStack());
            case 'R' -> {
                List<PickleValue> call = stack.pop(2);
                stack.count(copied(call.getLast()));
                make(globals.called(call.getFirst(), call.getLast()));
            }
            case 0x81 -> make(globals.instance(stack.pop(2).getFirst()));
            case 0x92 -> make(globals.instance(stack.pop(3).getFirst()));
            case 'i' -> {
                Global type = globals.named(in.line(), in.line());
                stack.popToMark();
                make(globals.instance(type));
            }
            case 'o' -> {
                List<PickleValue> call = stack.popToMark();
                make(globals.instance(call.isEmpty() ? NONE : call.getFirst()));
            }
            case 'b' -> {
                PickleValue state = stack.pop();
                stack.count(Globals.build(stack.top(), state));
            }
            case 'Q' -> {
                PickleValue outside = globals.persistent(stack.pop());
                if (outside instanceof Storage storage) {
                    storages.putIfAbsent(storage.key(), storage);
                }
                make(outside);
            }

            // The protocol.
            case 0x80 -> requireProtocol(in.unsignedByte());
            case 0x95 -> in.signedLong();
            case 'P' -> throw in.refusal("refers to values outside of the pickle by text, which PyTorch never does");
            case 0x82, 0x83, 0x84 ->
                throw in.refusal(
                        "names classes by numbers (extension codes), which only the program that wrote it can resolve");
            case 0x97, 0x98 -> throw in.refusal("keeps values outside of the file (buffers of protocol 5)");
            default -> throw in.damaged("0x%02x is no instruction of a pickle".formatted(code));
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol > NEWEST_PROTOCOL) {
            throw in.refusal("is a pickle of protocol %d; 0 to %d are known".formatted(protocol, NEWEST_PROTOCOL));
        }
    }

    private PickleValue line(int code) throws IOException {
        String line = in.line();
        try {
            return switch (code) {
                case 'S' -> Literals.quoted(line);
                case 'V' -> Literals.escaped(line);
                default -> Literals.decimal(line);
            };
        } catch (IllegalArgumentException e) {
            throw in.damaged("a text or number is not written as Python does: " + e.getMessage());
        }
    }

    private Whole number(int length) throws IOException {
        if (length < 0 || length > Literals.LONGEST_NUMBER) {
            throw in.refusal("holds a whole number of %s bytes".formatted(Integer.toUnsignedString(length)));
        }
        return Literals.number(in.bytes(length));
    }

    private Text text(long length) throws IOException {
        return new Text(new String(in.bytes(length), StandardCharsets.UTF_8));
    }

    private void bytes(long length) throws IOException {
        in.skip(length);
        stack.push(Literals.BYTES);
    }

    private long index(String line) {
        try {
            return Long.parseLong(line.strip());
        } catch (NumberFormatException e) {
            throw in.damaged("a value is remembered under no number");
        }
    }

    private Global globalOnStack() {
        List<PickleValue> names = stack.pop(2);
        if (!(names.getFirst() instanceof Text module) || !(names.getLast() instanceof Text name)) {
            throw in.damaged("a class or function is not named by texts");
        }
        return globals.named(module.text(), name.text());
    }

    private void append(List<PickleValue> added) {
        switch (stack.top()) {
            case Items items when items.items() instanceof ArrayList<PickleValue> list -> list.addAll(added);
            case Opaque _, Plain _ -> {
                // Nothing of an unknown object is kept.
            }
            default ->
                throw in.damaged("values are added to %s".formatted(stack.top().kind()));
        }
    }

    private void put(List<PickleValue> entries) {
        if (entries.size() % 2 != 0) {
            throw in.damaged("an entry of a dictionary has no value");
        }
        switch (stack.top()) {
            case Dictionary dictionary -> {
                for (int i = 0; i < entries.size(); i += 2) {
                    globals.put(dictionary, entries.get(i), entries.get(i + 1));
                }
            }
            case Opaque _ -> {
                // Nothing of an unknown object is kept.
            }
            default ->
                throw in.damaged("entries are put into %s".formatted(stack.top().kind()));
        }
    }

    private void make(PickleValue made) {
        if (made instanceof Opaque unknown && firstUnknown.isEmpty()) {
            firstUnknown = Optional.of(unknown);
        }
        stack.push(made);
    }

    /** Returns the number of values that a call may copy from its arguments: the pairs that a dictionary is made of. */
    private static int copied(PickleValue arguments) {
        return arguments instanceof Items items
                        && !items.items().isEmpty()
                        && items.items().getFirst() instanceof Items pairs
                ? pairs.items().size()
                : 0;
    }
}
