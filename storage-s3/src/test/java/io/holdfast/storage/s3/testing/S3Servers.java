package io.holdfast.storage.s3.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands one running server of each kind to all test classes of a run.
public final class S3Servers implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(S3Servers.class);

  /// Which server a parameter is.
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.PARAMETER)
  public @interface Of {
    S3Server.Kind value();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.isAnnotated(Of.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    S3Server.Kind kind = parameter.findAnnotation(Of.class).orElseThrow().value();
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(kind, S3Servers::start, Running.class)
        .server();
  }

  private static Running start(S3Server.Kind kind) {
    try {
      Path directory = Files.createTempDirectory("s3-server-");
      return new Running(S3Server.start(kind, directory), directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A server, which goes with its files when all tests are done.
  private record Running(S3Server server, Path directory) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      server.close();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
