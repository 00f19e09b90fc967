package io.holdfast.postgres.facts;

import io.holdfast.postgres.testing.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// One server of each version for all tests of this package; JUnit closes them at the end.
final class FactVersions implements ArgumentsProvider {
  private static final Namespace SERVERS = Namespace.create(FactVersions.class);

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    return IntStream.rangeClosed(13, 18)
        .mapToObj(
            version -> Arguments.of(new FactDatabase(version, () -> server(version, context))));
  }

  private static TestServer server(int version, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SERVERS)
        .computeIfAbsent(version, FactVersions::start, TestServer.class);
  }

  private static TestServer start(int version) {
    try {
      return TestServer.start(version, Map.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
