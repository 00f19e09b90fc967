package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The reader, compiled with nothing but zstd-jni on its class path, in a class loader that knows
/// nothing else.
final class LoadedReader implements AutoCloseable {
  static final Path SOURCE = Path.of("..", "reader", "HoldfastReader.java");

  /// The raw key of the golden repositories, see `Repositories`.
  static final String KEY = "07".repeat(32);

  private final URLClassLoader loader;
  private final Method run;

  /// How a command ended, and what it said.
  record Ended(int status, String out, String err) {}

  private LoadedReader(URLClassLoader loader, Method run) {
    this.loader = loader;
    this.run = run;
  }

  static LoadedReader compile(Path classes) throws Exception {
    URL zstd =
        Class.forName("com.github.luben.zstd.Zstd")
            .getProtectionDomain()
            .getCodeSource()
            .getLocation();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    List<String> options = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-proc:none"));
    options.addAll(List.of("--release", "25", "-cp", Path.of(zstd.toURI()).toString()));
    options.addAll(List.of("-d", classes.toString()));
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(SOURCE))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
    URL[] path = {classes.toUri().toURL(), zstd};
    URLClassLoader loader = new URLClassLoader(path, ClassLoader.getPlatformClassLoader());
    Method run =
        loader
            .loadClass("HoldfastReader")
            .getMethod("run", String[].class, Map.class, PrintStream.class, PrintStream.class);
    return new LoadedReader(loader, run);
  }

  /// A class inside the reader.
  Class<?> inner(String name) throws ClassNotFoundException {
    return loader.loadClass("HoldfastReader$" + name);
  }

  /// Runs a command with the key of the golden repositories.
  Ended run(String... arguments) throws Exception {
    return runWith(Map.of("BACKUP_ENCRYPTION_KEY", KEY), arguments);
  }

  Ended runWith(Map<String, String> environment, String... arguments) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Object status =
        run.invoke(
            null,
            arguments,
            environment,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
    return new Ended(
        (Integer) status,
        out.toString(StandardCharsets.UTF_8),
        err.toString(StandardCharsets.UTF_8));
  }

  static String source() throws Exception {
    return Files.readString(SOURCE);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
