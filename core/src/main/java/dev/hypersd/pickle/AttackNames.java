package dev.hypersd.pickle;

import java.util.Set;

/**
 * The names through which a pickle reaches the system that loads it. Weights need none of them, so a file that has one
 * was made to attack whoever opens it.
 *
 * <p>The list does not protect anybody, because nothing can be called here anyway. With it, such a file is called what
 * it is, instead of being converted as if it were an ordinary one.
 */
final class AttackNames {
    private static final Set<String> MODULES = Set.of(
            "os",
            "posix",
            "nt",
            "sys",
            "subprocess",
            "commands",
            "pty",
            "socket",
            "shutil",
            "importlib",
            "imp",
            "runpy",
            "code",
            "codeop",
            "ctypes",
            "pickle",
            "_pickle",
            "cPickle",
            "marshal",
            "types",
            "webbrowser",
            "multiprocessing",
            "asyncio",
            "pip",
            "pdb",
            "bdb",
            "timeit");

    private static final Set<String> BUILTINS = Set.of("builtins", "__builtin__");

    /** The builtins that are classes of data. All others are functions, such as {@code eval}. */
    private static final Set<String> CLASSES_OF_DATA = Set.of(
            "object",
            "set",
            "frozenset",
            "list",
            "tuple",
            "dict",
            "str",
            "unicode",
            "bytes",
            "bytearray",
            "int",
            "long",
            "float",
            "bool",
            "complex",
            "slice",
            "range",
            "xrange",
            "type",
            "NoneType",
            "Ellipsis");

    private AttackNames() {}

    /** Returns whether the class or function {@code name} of {@code module} is one of them. */
    static boolean has(String module, String name) {
        return MODULES.contains(module.split("\\.", 2)[0])
                || (BUILTINS.contains(module) && !CLASSES_OF_DATA.contains(name));
    }
}
