package dev.cntr.agent.retired;

import dev.cntr.linux.ErrnoException;
import dev.cntr.linux.Fd;
import dev.cntr.linux.Kernel;
import dev.cntr.linux.Syscall;
import dev.cntr.linux.ThrowAwayThread;
import dev.cntr.linux.proc.Namespace;
import dev.cntr.linux.proc.PinnedProcess;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose network and whose token for the API server this agent uses: those of its own pod, and once that is gone those of another agent of the node. With the node's processes in sight
 * (hostPID) that one's number is all that is needed: its network namespace makes the connections, its root has the token.
 */
public final class Surroundings implements AutoCloseable {
    private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
    private static final int CONNECT_MILLIS = 10_000;

    private final Optional<Path> token;
    private @Nullable PinnedProcess lender;
    private volatile @Nullable ConnectProxy proxy;

    /** Those of this process. */
    public Surroundings() {
        token = Files.exists(ACCOUNT) ? Optional.of(real(ACCOUNT).resolve("token")) : Optional.empty();
    }

    /** Links on the way would be followed from this process's root, not from the other's. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            return path;
        }
    }

    /** A client of the API server that goes by these, whatever they are when it asks. */
    public KubernetesClient client(Interceptor clock) {
        ConfigBuilder config = new ConfigBuilder();
        if (token.isPresent()) {
            config.withOauthTokenProvider(this::token);
        }
        return new KubernetesClientBuilder()
                .withConfig(config.build())
                .withHttpClientFactory(new JdkHttpClientFactory() {
                    @Override
                    protected void additionalConfig(HttpClient.Builder builder) {
                        builder.proxy(proxies());
                    }
                })
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("clock", clock))
                .build();
    }

    /** How an HTTP client reaches what is outside. */
    public ProxySelector proxies() {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                ConnectProxy way = proxy;
                if (way != null) {
                    Loopback.up(); // it goes down at some moment after the pod's end
                }
                return List.of(way == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, way.address()));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException e) {
                // whoever asked is told
            }
        };
    }

    private @Nullable String token() {
        Path own = token.orElseThrow();
        try {
            PinnedProcess from = lender();
            return Files.readString(from == null ? own : Path.of("/proc/" + from.pid() + "/root" + own))
                    .strip();
        } catch (IOException _) {
            return null; // the server says who is not let in
        }
    }

    private synchronized @Nullable PinnedProcess lender() {
        return lender;
    }

    /** The own network is about to go: until {@link #lend} nothing is reached. */
    public void lose() throws IOException {
        proxy = new ConnectProxy(this::connect);
    }

    /** Takes those of another process; closed when they are taken from another one, or given back. */
    public synchronized void lend(PinnedProcess from) {
        giveBack();
        lender = from;
    }

    /** There are none for now. */
    public synchronized void giveBack() {
        PinnedProcess before = lender;
        lender = null;
        if (before != null) {
            before.close();
        }
        ConnectProxy way = proxy;
        if (way != null) {
            way.drop();
        }
    }

    /** A connection belongs to the network namespace in which its socket was made. */
    private SocketChannel connect(String host, int port) throws IOException {
        PinnedProcess from = lender();
        if (from == null) {
            throw new IOException("no agent serves this node now");
        }
        try (Fd network = from.files().openNamespace(Namespace.NET)) {
            return ThrowAwayThread.call("connect to " + host, () -> {
                long r = Kernel.current().call(Syscall.SETNS, network.number(), Namespace.NET.flag());
                ErrnoException.check(r, Syscall.SETNS, "network of process " + from.pid());
                SocketChannel channel = SocketChannel.open();
                try {
                    channel.socket().connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
                } catch (IOException | RuntimeException e) {
                    channel.close();
                    throw e;
                }
                return channel;
            });
        } catch (ErrnoException | IllegalStateException e) {
            throw new IOException(
                    "cannot reach " + host + ":" + port + " by the network of process " + from.pid() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        ConnectProxy way = proxy;
        if (way != null) {
            way.close();
        }
        giveBack();
    }
}
