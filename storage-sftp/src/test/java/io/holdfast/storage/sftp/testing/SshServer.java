package io.holdfast.storage.sftp.testing;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.base.testing.FreePort;
import io.holdfast.storage.StoreContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// OpenSSH's `sshd` on a free port of 127.0.0.1, as a user without privileges: Debian's `backup`
/// where the tests run as root. It has keys and a configuration of its own and reads none of the
/// machine's.
public final class SshServer implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/sbin/sshd");
  private static final String ACCOUNT = "backup";
  private static final int STARTS_MAX = 5;

  private final Path directory;
  private final String user;
  private final int port;
  private final Workers output;
  private final AtomicInteger folders = new AtomicInteger();
  private Process process;
  private Thread killer;

  private SshServer(Path directory, String user, int port, Workers output, Process process) {
    this.directory = directory;
    this.user = user;
    this.port = port;
    this.output = output;
    this.process = process;
    this.killer = watchOver(process);
  }

  /// Starts one; `options` go to its SFTP part, such as `-P fsync` (deny a request).
  public static SshServer start(String... options) throws IOException {
    if (!Files.isExecutable(PROGRAM)) {
      throw new IOException(
          PROGRAM + " is missing: install the package openssh-server, as .ci/run does");
    }
    Path directory = Files.createTempDirectory(Path.of("/tmp"), "hf-sshd");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    boolean isRoot = System.getProperty("user.name", "").equals("root");
    makeKey(directory, "host_key", "-t", "ed25519", "-N", "");
    makeKey(directory, "user_key", "-t", "ed25519", "-N", "");
    Files.copy(directory.resolve("user_key.pub"), directory.resolve("authorized_keys"));
    Files.createDirectory(directory.resolve("data"));
    if (isRoot) {
      for (String mine : List.of("host_key", "data")) {
        run("chown", ACCOUNT, directory.resolve(mine).toString());
      }
    }
    Workers output = Workers.virtual("sshd");
    for (int start = 1; ; start++) {
      int port = FreePort.any();
      configure(directory, port, options);
      try {
        Process process = launch(directory, output);
        var server =
            new SshServer(
                directory,
                isRoot ? ACCOUNT : System.getProperty("user.name", ""),
                port,
                output,
                process);
        server.writeKnownHosts();
        return server;
      } catch (IOException e) {
        if (start == STARTS_MAX) {
          throw e;
        }
      }
    }
  }

  private static void configure(Path directory, int port, String... options) throws IOException {
    Files.writeString(
        directory.resolve("config"),
        """
        Port %d
        ListenAddress 127.0.0.1
        HostKey %s
        AuthorizedKeysFile %s
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        MaxStartups 100
        Subsystem sftp internal-sftp -d %s %s
        """
            .formatted(
                port,
                directory.resolve("host_key"),
                directory.resolve("authorized_keys"),
                directory.resolve("data"),
                String.join(" ", options)));
  }

  private static Process launch(Path directory, Workers output) throws IOException {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name", "").equals("root")) {
      command.addAll(
          List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--clear-groups", "--"));
    }
    command.addAll(
        List.of(PROGRAM.toString(), "-D", "-e", "-f", directory.resolve("config").toString()));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    var listening = new CompletableFuture<Boolean>();
    output.start(() -> watch(process, listening));
    try {
      listening.get(60, TimeUnit.SECONDS);
      return process;
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      process.destroyForcibly();
      throw new IOException("sshd did not start", e);
    }
  }

  private static void watch(Process process, CompletableFuture<Boolean> listening)
      throws IOException {
    var said = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!listening.isDone()) {
          said.append(line).append('\n');
          if (line.contains("Server listening on")) {
            listening.complete(true);
          }
        }
      }
    }
    listening.completeExceptionally(new IOException("sshd ended: " + said));
  }

  /// Makes `name` and `name.pub`; `options` such as `-t ed25519 -N passphrase`.
  public static Path makeKey(Path directory, String name, String... options) throws IOException {
    Path key = directory.resolve(name);
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-C", name));
    command.addAll(List.of(options));
    command.addAll(List.of("-f", key.toString()));
    run(command.toArray(String[]::new));
    return key;
  }

  /// Lets in whoever has this key, too.
  public void authorize(Path key) throws IOException {
    Files.writeString(
        directory.resolve("authorized_keys"),
        Files.readString(key.resolveSibling(key.getFileName() + ".pub")),
        StandardOpenOption.APPEND);
  }

  /// Gives a file or directory to the user that the server runs as.
  public void give(Path path) throws IOException {
    if (user.equals(ACCOUNT)) {
      run("chown", ACCOUNT, path.toString());
    }
  }

  /// Runs a program and requires that it succeeds.
  public static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void writeKnownHosts() throws IOException {
    Files.writeString(knownHosts(), knownHost(port));
  }

  /// The line of `known_hosts` for this server when it is reached at another port.
  public String knownHost(int otherPort) throws IOException {
    String key = Files.readString(directory.resolve("host_key.pub")).strip();
    return "[127.0.0.1]:" + otherPort + " " + key + "\n";
  }

  public Path knownHosts() {
    return directory.resolve("known_hosts");
  }

  public Path userKey() {
    return directory.resolve("user_key");
  }

  public int port() {
    return port;
  }

  public String user() {
    return user;
  }

  /// The name of a folder below [#data] that nobody has used yet; it is not there.
  public String newFolder() {
    return "test-" + folders.incrementAndGet();
  }

  /// Where repositories lie; it is where the server puts the user at first, too.
  public Path data() {
    return directory.resolve("data");
  }

  /// The URL of a folder.
  public String place(String folder) {
    return placeAt(port, folder, knownHosts());
  }

  /// As [#place], by way of something that listens at `otherPort`.
  public String placeAt(int otherPort, String folder, Path otherKnownHosts) {
    return place(otherPort, data() + "/" + folder, userKey(), otherKnownHosts);
  }

  /// A URL in full.
  public String place(int otherPort, String path, Path key, Path otherKnownHosts) {
    return "sftp://%s@127.0.0.1:%d%s?key-file=%s&known-hosts=%s"
        .formatted(user, otherPort, path, key, otherKnownHosts);
  }

  public static StoreContext context() {
    return new StoreContext(InstantSource.system(), Entropy.secure(), Map.of());
  }

  /// Ends the server and all its connections at once.
  public void kill() throws IOException {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    try {
      for (ProcessHandle each : all) {
        var _ = each.onExit().get(20, TimeUnit.SECONDS);
      }
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new IOException("sshd does not end", e);
    }
    Runtime.getRuntime().removeShutdownHook(killer);
  }

  /// Starts it again at the same port.
  public void startAgain() throws IOException {
    process = launch(directory, output);
    killer = watchOver(process);
  }

  private static Thread watchOver(Process process) {
    var thread =
        new Thread(
            () -> {
              process.descendants().forEach(ProcessHandle::destroyForcibly);
              process.destroyForcibly();
            });
    Runtime.getRuntime().addShutdownHook(thread);
    return thread;
  }

  @Override
  public void close() throws IOException {
    if (process.isAlive()) {
      kill();
    }
    output.close();
    run("rm", "-rf", directory.toString());
  }
}
