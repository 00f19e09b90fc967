package io.holdfast.examples.legal;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// What the command line asks for.
record Arguments(
    String jdbcUrl,
    Optional<String> user,
    Optional<String> password,
    long seed,
    LegalAppSize size,
    AssetFiles assets) {
  static final String USAGE =
      """
      usage: legal-app URL [--seed N] [--accounts N] [--size small|medium|large] [--assets DIR]

        URL         postgresql://user:password@host:port/database, an empty database
        --seed      the same seed gives the same rows and files (1)
        --accounts  how many accounts there are (20)
        --size      how much the big accounts have: about 2,000, 40,000 or 300,000 transcript
                    segments each (small)
        --assets    where recordings and documents are written; without it rows name files
                    that are not there""";

  /// @throws IllegalArgumentException that says which argument is wrong
  static Arguments parse(List<String> arguments) {
    Optional<String> url = Optional.empty();
    long seed = 1;
    int accounts = 20;
    String size = "small";
    AssetFiles assets = new AssetFiles.Nowhere();
    Deque<String> rest = new ArrayDeque<>(arguments);
    while (!rest.isEmpty()) {
      String argument = rest.remove();
      switch (argument) {
        case "--seed" -> seed = Math.toIntExact(number(argument, rest));
        case "--accounts" -> accounts = Math.toIntExact(number(argument, rest));
        case "--size" -> size = value(argument, rest);
        case "--assets" -> assets = new AssetFiles.In(Path.of(value(argument, rest)));
        default -> {
          if (argument.startsWith("-") || url.isPresent()) {
            throw new IllegalArgumentException("what is '" + argument + "'?");
          }
          url = Optional.of(argument);
        }
      }
    }
    String given = url.orElseThrow(() -> new IllegalArgumentException("the URL is missing"));
    return of(given, seed, size(size, accounts), assets);
  }

  private static LegalAppSize size(String name, int accounts) {
    return switch (name) {
      case "small" -> LegalAppSize.small(accounts);
      case "medium" -> LegalAppSize.medium(accounts);
      case "large" -> LegalAppSize.large(accounts);
      default -> throw new IllegalArgumentException("--size is small, medium or large");
    };
  }

  private static long number(String option, Deque<String> rest) {
    String value = value(option, rest);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " takes a number, not '" + value + "'", e);
    }
  }

  private static String value(String option, Deque<String> rest) {
    String value = rest.poll();
    if (value == null) {
      throw new IllegalArgumentException(option + " takes a value");
    }
    return value;
  }

  /// The driver knows no user and password before the host, so they are taken out there. A message
  /// never repeats the URL, which may hold a password.
  private static Arguments of(String url, long seed, LegalAppSize size, AssetFiles assets) {
    if (url.startsWith("jdbc:")) {
      return new Arguments(url, Optional.empty(), Optional.empty(), seed, size, assets);
    }
    URI uri;
    try {
      uri = URI.create(url.replaceFirst("^postgres:", "postgresql:"));
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("the URL cannot be read");
    }
    if (!"postgresql".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException("the URL does not begin with postgresql://host");
    }
    String login = Optional.ofNullable(uri.getRawUserInfo()).orElse("");
    int colon = login.indexOf(':');
    String user = colon < 0 ? login : login.substring(0, colon);
    String query = uri.getRawQuery();
    return new Arguments(
        "jdbc:postgresql://"
            + uri.getHost()
            + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
            + uri.getRawPath()
            + (query == null ? "" : "?" + query),
        Optional.of(user).filter(name -> !name.isEmpty()).map(Arguments::decode),
        colon < 0 ? Optional.empty() : Optional.of(decode(login.substring(colon + 1))),
        seed,
        size,
        assets);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /// Without the password.
  @Override
  public String toString() {
    return "Arguments[seed=" + seed + ", size=" + size + ", assets=" + assets + "]";
  }
}
