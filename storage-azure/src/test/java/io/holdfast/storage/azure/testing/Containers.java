package io.holdfast.storage.azure.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes containers and shared access signatures, which the product does not, in code of its own.
public final class Containers {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final String VERSION = "2021-08-06";

  private Containers() {}

  /// A new container; its name.
  public static String make(Azurite azurite, String name) throws IOException {
    String container = name + "-" + NUMBER.incrementAndGet();
    URI uri =
        URI.create(
            azurite.endpoint()
                + "/"
                + Azurite.ACCOUNT
                + "/"
                + container
                + "?restype=container&"
                + accountSignature("rwdlac", "2099-01-01T00:00:00Z"));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(uri)
                  .header("x-ms-version", VERSION)
                  .PUT(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 201) {
        throw new IOException("no container was made: " + answer.body());
      }
      return container;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /// A shared access signature of the account for blobs.
  ///
  /// @param permissions for example `rlc`
  /// @param expiry for example `2099-01-01T00:00:00Z`
  public static String accountSignature(String permissions, String expiry) {
    String toSign =
        String.join(
            "\n",
            Azurite.ACCOUNT,
            permissions,
            "b",
            "sco",
            "",
            expiry,
            "",
            "https,http",
            VERSION,
            "",
            "");
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(Azurite.KEY), "HmacSHA256"));
      String signature =
          Base64.getEncoder().encodeToString(mac.doFinal(toSign.getBytes(StandardCharsets.UTF_8)));
      return "sv=%s&ss=b&srt=sco&sp=%s&se=%s&spr=https,http&sig=%s"
          .formatted(
              VERSION,
              permissions,
              Instant.parse(expiry).toString().replace(":", "%3A"),
              signature.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
