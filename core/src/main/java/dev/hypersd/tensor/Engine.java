package dev.hypersd.tensor;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The engine, libtorch, with the thread on which all tensor work runs.
 *
 * <p>Gradient mode, autocast and tensor scopes of the engine belong to a thread, and a virtual thread that blocks may
 * continue on another one. So all work runs on one platform thread that this class owns; the engine itself distributes
 * each operation over the cores. Callers on any thread wait for the result.
 *
 * <p>An operation uses as many threads as there are physical cores, unless {@code OMP_NUM_THREADS} or {@link
 * #useThreads} set another number. A slow library for matrix products (no MKL) is reported once, as a warning of the
 * logger {@code dev.hypersd.tensor}.
 */
public final class Engine {
    private static final System.Logger LOG = System.getLogger(Engine.class.getPackageName());

    /** The size of a product that is large enough to initialise the libraries behind it. */
    private static final int WARM = 64;

    private static final ScopedValue<Boolean> HERE = ScopedValue.newInstance();

    private static final ExecutorService THREAD = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hypersd-engine").daemon().factory());

    private static final Future<?> PREPARED;

    static {
        NativeSettings.apply();
        PREPARED = THREAD.submit(Engine::prepare);
        // Libraries that are torn down while they are set up end the program with a signal in place of its exit code.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            try {
                await(PREPARED);
            } catch (ExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "the engine was not prepared", e);
            }
        }));
    }

    private Engine() {}

    /**
     * Loads the native libraries in the background while the caller reads arguments and configurations. Calling it is
     * optional, since the first work waits for them anyway.
     */
    public static void start() {
        // The static initialiser does it.
    }

    /**
     * Loads another native library of JavaCPP, after those of the engine. None must be loaded in any other way: the
     * classes of JavaCPP's loader can be initialised by one thread at a time only, and two would deadlock.
     *
     * @param library a class of JavaCPP that stands for a library
     * @throws HyperSdException if there is no build of the engine or of the library for this machine
     */
    public static void loadLibrary(Class<?> library) {
        result(PREPARED);
        try {
            load(library);
        } catch (LinkageError e) {
            throw unavailable(library, e);
        }
    }

    /**
     * Runs {@code work} on the engine's thread without recording gradients, and frees every tensor that it made and
     * that no other owner took over.
     *
     * @return what {@code work} returns, which must not be a tensor of its own
     */
    public static <T> T infer(Callable<T> work) {
        return call(() -> {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard guard = new NoGradGuard()) {
                return work.call();
            }
        });
    }

    /** Runs {@code work} on the engine's thread, with gradients; directly if the caller is already on it. */
    public static <T> T call(Callable<T> work) {
        if (HERE.isBound()) {
            return callDirectly(work);
        }
        return result(THREAD.submit(() -> ScopedValue.where(HERE, true).call(work::call)));
    }

    /** Returns how many threads one operation uses. */
    public static int threads() {
        return call(torch::get_num_threads);
    }

    /**
     * Sets how many threads one operation uses; the number of physical cores, which is the default, is best in almost
     * every case.
     */
    public static void useThreads(int threads) {
        call(() -> {
            torch.set_num_threads(threads);
            return threads;
        });
    }

    /**
     * Returns the type in which this machine's processor computes fastest: BF16 if it has instructions for it,
     * otherwise F32.
     */
    public static Dtype fastestDtype() {
        return Cores.multiplyBf16() ? Dtype.BF16 : Dtype.F32;
    }

    /**
     * Returns whether the engine's library of matrix products leaves AVX-512 unused on a processor that has it: MKL on
     * those of AMD, OpenBLAS on those that it does not know.
     */
    public static boolean multipliesWithoutAvx512() {
        return call(() -> Cores.haveAvx512() && !Blas.loaded().usesAvx512());
    }

    /**
     * Prepares the libraries, as the first task of the thread. An error in loading them is thrown again to the caller
     * of the first work.
     */
    private static void prepare() {
        load(torch.class);
        if (System.getenv("OMP_NUM_THREADS") == null) {
            torch.set_num_threads(Cores.physical());
        }
        // It is never chosen next to oneDNN, and on processors that it does not know it warns at every convolution.
        torch.globalContext().setUserEnabledNNPACK(false);
        TensorScope.released(() -> {
            Tensor warm = torch.ones(WARM, WARM);
            return torch.mm(warm, warm).sum().item_float();
        });
        Blas.loaded().advice().ifPresent(advice -> LOG.log(System.Logger.Level.WARNING, advice));
    }

    private static void load(Class<?> library) {
        unpacking(() -> Loader.load(library));
    }

    /**
     * Finds a native library that does not belong to the engine. One that lies on the class path is unpacked into the
     * folder where those of the engine are unpacked, unless all of them are installed in a folder.
     *
     * @param resource its path in a jar, such as {@code org/bytedeco/dnnl/linux-x86_64/libdnnl.so.3}
     * @return the file; empty if no jar has it, or if it is not installed
     */
    public static Optional<Path> library(String resource) {
        result(PREPARED);
        if (NativeSettings.areInstalled()) {
            return NativeSettings.installed(resource.substring(resource.lastIndexOf('/') + 1));
        }
        URL found = torch.class.getClassLoader().getResource(resource);
        return Optional.ofNullable(found).map(library -> unpacking(() -> cached(library)));
    }

    /**
     * Returns the coordinates of the artefact that brings a further native library for this machine.
     *
     * @param library the end of its name, such as {@code onednn}
     */
    public static String artefact(String library) {
        return NativeBuilds.artefact(Loader.getPlatform() + "-" + library);
    }

    private static Path cached(URL library) {
        try {
            return Loader.cacheResource(library).toPath();
        } catch (IOException e) {
            throw new HyperSdException("cannot unpack " + library + ": " + e.getMessage(), e);
        }
    }

    /**
     * Does work that unpacks native libraries. Programs that start at the same time take turns: each unpacks and links
     * anew what the cache lacks, and another one that looked there meanwhile would find files that are missing or
     * incomplete. Where the libraries are installed nothing is unpacked.
     */
    private static synchronized <T> T unpacking(Supplier<T> work) {
        if (NativeSettings.areInstalled()) {
            return work.get();
        }
        try (FileChannel file = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock()) {
            return work.get();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the cache cannot be written to, so it is complete", e);
            return work.get();
        }
    }

    private static Path lockFile() throws IOException {
        return Loader.getCacheDir().toPath().resolve(".hypersd-lock");
    }

    private static <T> T callDirectly(Callable<T> work) {
        try {
            return work.call();
        } catch (Exception e) {
            throw unchecked(e);
        }
    }

    private static <T> T result(Future<T> future) {
        try {
            return await(future);
        } catch (ExecutionException e) {
            throw unchecked(e.getCause() == null ? e : e.getCause());
        }
    }

    /**
     * Waits for the result. Native work cannot be interrupted, and its tensors must not be freed while it runs, so an
     * interrupt is kept until later.
     */
    private static <T> T await(Future<T> result) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static HyperSdException unavailable(Class<?> library, LinkageError cause) {
        return new HyperSdException(NativeBuilds.unavailable(library, cause), cause);
    }

    private static RuntimeException unchecked(Throwable cause) {
        return switch (cause) {
            case RuntimeException e -> e;
            case LinkageError e -> unavailable(torch.class, e);
            case Error e -> throw e;
            default -> new IllegalStateException(cause.getMessage(), cause);
        };
    }
}
