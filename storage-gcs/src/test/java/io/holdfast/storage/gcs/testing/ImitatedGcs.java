package io.holdfast.storage.gcs.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.holdfast.base.Entropy;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Google documents of the XML interface, as far as the store uses it: puts with
/// `x-goog-if-generation-match`, generations, `Content-MD5`, ranges, pages of listings, and tokens
/// for a service account whose claim it verifies with the account's key. **Not Google's code**: it
/// shows that the store does what the documents say, not that Google does.
public final class ImitatedGcs implements AutoCloseable {
  public static final String BUCKET = "holdfast-test";
  private static final String ACCOUNT = "backup@project.iam.gserviceaccount.com";
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

  private final HttpServer server;
  private final KeyPair keys;
  private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Set<String> tokens = ConcurrentHashMap.newKeySet();
  private final AtomicLong generations = new AtomicLong(1_700_000_000_000_000L);
  private final AtomicInteger folders = new AtomicInteger();
  private volatile int pageNamesMax = 1000;

  private ImitatedGcs(HttpServer server, KeyPair keys) {
    this.server = server;
    this.keys = keys;
  }

  private static final class Stored {
    private final byte[] bytes;
    private final long generation;

    Stored(byte[] bytes, long generation) {
      this.bytes = bytes;
      this.generation = generation;
    }

    byte[] bytes() {
      return bytes;
    }

    long generation() {
      return generation;
    }
  }

  public static ImitatedGcs start() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
      var gcs = new ImitatedGcs(http, generator.generateKeyPair());
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      http.createContext("/", gcs::serve);
      http.start();
      return gcs;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + port();
  }

  /// The URL of a folder that nobody has used yet, by way of something that listens at `endpoint`.
  public String placeAt(String endpoint) {
    return "gs://" + BUCKET + "/test/" + folders.incrementAndGet() + "?endpoint=" + endpoint;
  }

  /// Pages have at most so many names from now on, whatever a request wants.
  public void pagesOf(int names) {
    pageNamesMax = names;
  }

  /// Writes the key file of the service account.
  public Path keyFile(Path directory) throws IOException {
    String pem =
        "-----BEGIN PRIVATE KEY-----\\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getPrivate().getEncoded())
                .replace("\n", "\\n")
            + "\\n-----END PRIVATE KEY-----\\n";
    return Files.writeString(
        directory.resolve("account.json"),
        """
        {
          "type": "service_account",
          "project_id": "project",
          "private_key_id": "k1",
          "private_key": "%s",
          "client_email": "%s",
          "token_uri": "%s/token"
        }
        """
            .formatted(pem, ACCOUNT, endpoint()));
  }

  public StoreContext context(Path directory) throws IOException {
    return new StoreContext(
        InstantSource.system(),
        Entropy.secure(),
        Map.of("GOOGLE_APPLICATION_CREDENTIALS", keyFile(directory).toString()));
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      String authorization = header(exchange, "Authorization");
      if (path.equals("/token")) {
        giveToken(exchange, new String(body, StandardCharsets.UTF_8));
      } else if (!authorization.startsWith("Bearer ")
          || !tokens.contains(authorization.substring(7))) {
        refuse(exchange, 401, "AuthenticationRequired", "Authentication required.");
      } else if (path.equals("/" + BUCKET)) {
        list(exchange);
      } else if (path.startsWith("/" + BUCKET + "/")) {
        serveObject(exchange, path.substring(BUCKET.length() + 2), body);
      } else {
        refuse(exchange, 404, "NoSuchBucket", "The specified bucket does not exist.");
      }
    }
  }

  private void giveToken(HttpExchange exchange, String form) throws IOException {
    String assertion = parameters(form).getOrDefault("assertion", "");
    String[] parts = assertion.split("\\.", -1);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(keys.getPublic());
      signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      String claim = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
      boolean isGood =
          signature.verify(Base64.getUrlDecoder().decode(parts[2]))
              && claim.contains("\"iss\":\"" + ACCOUNT + "\"")
              && claim.contains("\"aud\":\"" + endpoint() + "/token\"")
              && claim.contains("devstorage.read_write");
      if (!isGood) {
        answer(exchange, 400, "{\"error\":\"invalid_grant\"}".getBytes(StandardCharsets.UTF_8));
        return;
      }
    } catch (GeneralSecurityException | RuntimeException _) {
      answer(exchange, 400, "{\"error\":\"invalid_request\"}".getBytes(StandardCharsets.UTF_8));
      return;
    }
    String token = "ya29." + generations.incrementAndGet();
    tokens.add(token);
    answer(
        exchange,
        200,
        "{\"access_token\": \"%s\", \"expires_in\": 3599, \"token_type\": \"Bearer\"}"
            .formatted(token)
            .getBytes(StandardCharsets.UTF_8));
  }

  private void serveObject(HttpExchange exchange, String name, byte[] body) throws IOException {
    switch (exchange.getRequestMethod()) {
      case "PUT" -> put(exchange, name, body);
      case "GET", "HEAD" -> get(exchange, name);
      case "DELETE" -> {
        if (objects.remove(name) == null) {
          refuse(exchange, 404, "NoSuchKey", "The specified key does not exist.");
        } else {
          answer(exchange, 204, new byte[0]);
        }
      }
      default -> refuse(exchange, 405, "MethodNotAllowed", "No.");
    }
  }

  private void put(HttpExchange exchange, String name, byte[] body) throws IOException {
    if (!header(exchange, "Content-MD5").equals(md5(body))) {
      refuse(exchange, 400, "BadDigest", "The Content-MD5 you specified did not match.");
      return;
    }
    String match = header(exchange, "x-goog-if-generation-match");
    var stored = new Stored(body, generations.incrementAndGet());
    Stored kept =
        objects.compute(
            name,
            (_, old) -> {
              long generation = old == null ? 0 : old.generation();
              return match.isEmpty() || Long.parseLong(match) == generation ? stored : old;
            });
    if (kept != null && kept.generation() == stored.generation()) {
      answer(exchange, 200, new byte[0]);
    } else {
      refuse(exchange, 412, "PreconditionFailed", "At least one of the pre-conditions failed.");
    }
  }

  private void get(HttpExchange exchange, String name) throws IOException {
    Stored stored = objects.get(name);
    if (stored == null) {
      refuse(exchange, 404, "NoSuchKey", "The specified key does not exist.");
      return;
    }
    byte[] bytes = stored.bytes();
    Matcher range = RANGE.matcher(header(exchange, "Range"));
    if (!range.matches()) {
      answer(exchange, 200, bytes);
      return;
    }
    long from = Long.parseLong(range.group(1));
    if (from >= bytes.length) {
      refuse(exchange, 416, "InvalidRange", "The requested range cannot be satisfied.");
      return;
    }
    int end = (int) Math.min(bytes.length, Long.parseLong(range.group(2)) + 1);
    exchange
        .getResponseHeaders()
        .add("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + bytes.length);
    answer(exchange, 206, Arrays.copyOfRange(bytes, (int) from, end));
  }

  private void list(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    Map<String, String> parameters = parameters(query == null ? "" : query);
    String prefix = parameters.getOrDefault("prefix", "");
    String delimiter = parameters.getOrDefault("delimiter", "");
    String after = parameters.getOrDefault("continuation-token", "");
    int max = Math.min(pageNamesMax, Integer.parseInt(parameters.getOrDefault("max-keys", "1000")));
    var entries = new TreeSet<String>();
    var xml = new StringBuilder("<?xml version='1.0' encoding='UTF-8'?><ListBucketResult");
    xml.append(" xmlns='http://doc.s3.amazonaws.com/2006-03-01'><Name>").append(BUCKET);
    xml.append("</Name><Prefix>").append(prefix).append("</Prefix>");
    for (String name : objects.tailMap(prefix, true).keySet()) {
      if (!name.startsWith(prefix)) {
        break;
      }
      int cut = delimiter.isEmpty() ? -1 : name.indexOf(delimiter, prefix.length());
      entries.add(cut < 0 ? name : name.substring(0, cut + delimiter.length()));
    }
    int count = 0;
    String last = "";
    for (String entry : entries.tailSet(after, false)) {
      if (count++ == max) {
        xml.append("<IsTruncated>true</IsTruncated><NextContinuationToken>").append(last);
        xml.append("</NextContinuationToken>");
        break;
      }
      last = entry;
      Stored stored = objects.get(entry);
      if (!delimiter.isEmpty() && entry.endsWith(delimiter)) {
        xml.append("<CommonPrefixes><Prefix>").append(entry).append("</Prefix></CommonPrefixes>");
      } else if (stored != null) {
        xml.append("<Contents><Key>").append(entry).append("</Key><Generation>");
        xml.append(stored.generation()).append("</Generation><Size>");
        xml.append(stored.bytes().length).append("</Size></Contents>");
      }
    }
    xml.append("</ListBucketResult>");
    answer(exchange, 200, xml.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String part : query.split("&", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        parameters.put(
            part.substring(0, equals),
            URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  private static void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    String xml =
        "<?xml version='1.0' encoding='UTF-8'?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message);
    answer(exchange, status, xml.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      if (status == 200) {
        exchange.getResponseHeaders().add("Content-Length", String.valueOf(body.length));
      }
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private static String md5(byte[] bytes) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
