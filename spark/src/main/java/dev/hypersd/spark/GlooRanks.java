package dev.hypersd.spark;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Ranks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.BarrierTaskContext;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.gloo.Device;

/**
 * The tasks of a barrier stage as ranks of one training. Spark places them and tells each the addresses of all; the
 * engine's Gloo adds up tensors between them over TCP, without encryption.
 */
final class GlooRanks implements Ranks, AutoCloseable {
    /** The number of elements that are summed in one operation. */
    private static final long PIECE = 1L << 24;

    /**
     * The devices of this process by host. They are never freed: the binding would free one once more after the groups
     * that used it, which corrupts the memory of the process.
     */
    private static final Map<String, Device> DEVICES = new ConcurrentHashMap<>();

    private final BarrierTaskContext context;
    private final int rank;
    private final int count;
    private final Duration timeout;
    private final TCPStore store;
    private final ProcessGroupGloo group;

    /**
     * Connects the tasks of the stage; each of them must call this.
     *
     * @param timeout how long a sum may take, the computation of the slowest rank included
     * @throws HyperSdException if they do not find each other in that time
     */
    GlooRanks(BarrierTaskContext context, Duration timeout) {
        this.context = context;
        this.rank = context.partitionId();
        this.count = context.numPartitions();
        this.timeout = timeout;
        String host = host(context.getTaskInfos()[rank].address());
        String first = context.allGather(rank == 0 ? "%s %d".formatted(host, freePort(host)) : "")[0];
        String[] place = first.split(" ", -1);
        try {
            this.store = Engine.call(() -> store(place[0], Integer.parseInt(place[1])));
            this.group = Engine.call(() -> group(host));
        } catch (RuntimeException e) {
            throw lost("the workers cannot connect to each other", e);
        }
    }

    private TCPStore store(String address, int port) {
        try (TCPStoreOptions options = new TCPStoreOptions();
                Milliseconds limit = new Milliseconds(timeout.toMillis())) {
            // The engine takes the port as a number of 16 bits without a sign.
            options.port((short) port).isServer(rank == 0).waitWorkers(false).timeout(limit);
            TCPStore connected = new TCPStore(address, options);
            connected.setTimeout(limit);
            return connected;
        }
    }

    private ProcessGroupGloo group(String host) {
        try (Milliseconds limit = new Milliseconds(timeout.toMillis());
                ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(limit)) {
            options.devices().push_back(DEVICES.computeIfAbsent(host, ProcessGroupGloo::createDeviceForHostname));
            ProcessGroupGloo connected = new ProcessGroupGloo(store, rank, count, options);
            connected.setTimeout(limit);
            return connected;
        }
    }

    /** Returns the host of {@code host:port}. */
    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    private static int freePort(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new HyperSdException("there is no free port on %s: %s".formatted(host, e.getMessage()), e);
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public void sum(Tensor values) {
        Engine.call(() -> {
            long length = values.numel();
            try {
                for (long first = 0; first < length; first += PIECE) {
                    sumPiece(values.view(length).narrow(0, first, Math.min(PIECE, length - first)));
                }
            } catch (RuntimeException e) {
                throw lost("worker %d of %d waited for the others in vain".formatted(rank, count), e);
            }
            return length;
        });
    }

    private void sumPiece(Tensor piece) {
        try (TensorVector tensors = new TensorVector(piece);
                Milliseconds limit = new Milliseconds(timeout.toMillis());
                Work sum = group.allreduce(tensors)) {
            sum._wait(limit);
        }
    }

    private HyperSdException lost(String what, RuntimeException cause) {
        String reason = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new HyperSdException(
                "%s (limit %d s): a worker has ended, or the network stalls: %s"
                        .formatted(what, timeout.toSeconds(), reason),
                cause);
    }

    @Override
    public void await() {
        context.barrier();
    }

    @Override
    public void close() {
        Engine.call(() -> {
            group.close();
            store.close();
            return rank;
        });
    }
}
