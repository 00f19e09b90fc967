package io.holdfast.storage.azure.testing;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.storage.StoreContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Microsoft's emulator of Azure Blob Storage, in a process of its own on a free port. It checks
/// signatures and keeps blobs in memory. One serves all test classes of a run.
public final class Azurite implements AutoCloseable {
  /// The account that every Azurite has.
  public static final String ACCOUNT = "devstoreaccount1";

  /// Published in Azurite's documentation; it opens nothing else.
  public static final String KEY =
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

  private static final Pattern STARTED =
      Pattern.compile("successfully listens on http://127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final Workers output;
  private final Thread killer;
  private final int port;
  private final AtomicInteger folders = new AtomicInteger();

  private Azurite(Process process, Workers output, Thread killer, int port) {
    this.process = process;
    this.output = output;
    this.killer = killer;
    this.port = port;
  }

  private static Azurite start() {
    try {
      Path program = installed().resolve("node_modules/azurite/dist/src/blob/main.js");
      Process process =
          new ProcessBuilder(
                  "node",
                  program.toString(),
                  "--blobHost",
                  "127.0.0.1",
                  "--blobPort",
                  "0",
                  "--inMemoryPersistence",
                  "--silent",
                  "--disableTelemetry",
                  "--skipApiVersionCheck")
              .redirectErrorStream(true)
              .start();
      Thread killer = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(killer);
      Workers output = Workers.virtual("azurite");
      var port = new CompletableFuture<Integer>();
      output.start(() -> watch(process, port));
      return new Azurite(process, output, killer, await(port, process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder `azurite` beside the compiled tests, filled by Maven.
  private static Path installed() {
    try {
      URI here = Azurite.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(here).resolveSibling("azurite");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void watch(Process process, CompletableFuture<Integer> port) throws IOException {
    var last = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = STARTED.matcher(line);
        if (!port.isDone()) {
          last.append(line).append('\n');
          if (matcher.find()) {
            port.complete(Integer.valueOf(matcher.group(1)));
          }
        }
      }
    }
    port.completeExceptionally(new IOException("Azurite ended: " + last));
  }

  private static int await(CompletableFuture<Integer> port, Process process) throws IOException {
    try {
      return port.get(180, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      process.destroyForcibly();
      throw new IOException("Azurite did not start", e);
    }
  }

  public int port() {
    return port;
  }

  /// `http://127.0.0.1:port`, without the account.
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /// The URL of a folder that nobody has used yet, by way of something that listens at `endpoint`.
  public String placeAt(String endpoint, String container) {
    return "azure://%s/%s/test/%d?endpoint=%s/%s"
        .formatted(ACCOUNT, container, folders.incrementAndGet(), endpoint, ACCOUNT);
  }

  /// With the account's key.
  public static StoreContext context() {
    return context(Map.of("AZURE_STORAGE_KEY", KEY));
  }

  public static StoreContext context(Map<String, String> environment) {
    return new StoreContext(InstantSource.system(), Entropy.secure(), environment);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    output.close();
    Runtime.getRuntime().removeShutdownHook(killer);
  }

  /// Hands it to tests.
  public static final class Extension implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE =
        ExtensionContext.Namespace.create(Azurite.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Azurite.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .computeIfAbsent("azurite", _ -> Azurite.start(), Azurite.class);
    }
  }
}
