package io.holdfast.storage.gcs;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.web.AccessTokens;
import io.holdfast.storage.web.AccessTokens.Token;
import io.holdfast.storage.web.FlatJson;
import io.holdfast.storage.web.WebClient;
import io.holdfast.storage.web.WebEndpoint;
import io.holdfast.storage.web.WebFailure;
import io.holdfast.storage.web.WebRequest;
import io.holdfast.storage.web.WebTimeouts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tokens of Google's identity service, by the application default credentials: the file that
/// `GOOGLE_APPLICATION_CREDENTIALS` names, else that of `gcloud auth application-default login`,
/// else the service account of the machine.
final class GcsTokens implements AccessTokens.Source {
  private static final String ADVICE =
      "Let GOOGLE_APPLICATION_CREDENTIALS name the key file of a service account, run gcloud auth"
          + " application-default login, or give the machine a service account.";
  private static final String CHECK =
      "Check the credentials in that file, and this machine's clock.";
  private static final String TOKENS = "https://oauth2.googleapis.com/token";
  private static final int FILE_BYTES_MAX = 64 << 10;

  private final StoreContext context;

  GcsTokens(StoreContext context) {
    this.context = context;
  }

  @Override
  public Token fetch(Instant now) throws IOException {
    Optional<Path> file = file();
    return file.isPresent() ? byFile(file.get(), now) : machine(now);
  }

  private Optional<Path> file() {
    String named = context.variable("GOOGLE_APPLICATION_CREDENTIALS").strip();
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named));
    }
    String settings = context.variable("CLOUDSDK_CONFIG").strip();
    String home = context.variable("HOME").strip();
    if (settings.isEmpty() && home.isEmpty()) {
      return Optional.empty();
    }
    Path wellKnown =
        (settings.isEmpty() ? Path.of(home, ".config", "gcloud") : Path.of(settings))
            .resolve("application_default_credentials.json");
    return Files.isRegularFile(wellKnown) ? Optional.of(wellKnown) : Optional.empty();
  }

  private Token byFile(Path file, Instant now) throws IOException {
    FlatJson json = read(file);
    String type = json.text("type");
    String tokenUri = json.text("token_uri").isEmpty() ? TOKENS : json.text("token_uri");
    Map<String, String> form =
        switch (type) {
          case "service_account" ->
              Map.of(
                  "grant_type",
                  "urn:ietf:params:oauth:grant-type:jwt-bearer",
                  "assertion",
                  SignedClaim.of(
                          json.text("client_email"),
                          json.text("private_key_id"),
                          json.text("private_key"))
                      .orElseThrow(() -> unusable(file, "it holds no private key", null))
                      .text(tokenUri, now));
          case "authorized_user" ->
              Map.of(
                  "grant_type",
                  "refresh_token",
                  "client_id",
                  json.text("client_id"),
                  "client_secret",
                  json.text("client_secret"),
                  "refresh_token",
                  json.text("refresh_token"));
          default ->
              throw unusable(
                  file,
                  type.matches("[a-z_]{1,64}")
                      ? "credentials of type " + type + " are not supported"
                      : "it does not say its type",
                  null);
        };
    try (WebClient client = WebClient.to("", context, WebTimeouts.DEFAULT)) {
      return AccessTokens.byForm(
          client, WebRequest.of("POST", address(file, tokenUri)), form, now, CHECK);
    }
  }

  private static FlatJson read(Path file) throws StoreRefusedException {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw unusable(file, "it is longer than " + FILE_BYTES_MAX + " bytes", null);
      }
      return FlatJson.of(Files.readString(file))
          .orElseThrow(() -> unusable(file, "it is no JSON object", null));
    } catch (StoreRefusedException e) {
      throw e;
    } catch (IOException e) {
      throw unusable(file, FileReason.of(e), e);
    }
  }

  private static URI address(Path file, String text) throws StoreRefusedException {
    try {
      URI uri = URI.create(text);
      if (WebEndpoint.isPrivate(uri)) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // its message would quote the file
    }
    throw unusable(file, "its token_uri is no https: address", null);
  }

  private static StoreRefusedException unusable(Path file, String why, @Nullable Exception cause) {
    return new StoreRefusedException(
        ErrorCode.STORE_UNAVAILABLE,
        "the credentials in " + file + " cannot be used: " + why,
        ADVICE,
        cause);
  }

  private Token machine(Instant now) throws IOException {
    String host = context.variable("GCE_METADATA_HOST").strip();
    URI uri = metadata(host.isEmpty() ? "169.254.169.254" : host);
    WebRequest request = WebRequest.of("GET", uri).with("Metadata-Flavor", "Google");
    try (WebClient client = WebClient.nearby()) {
      return AccessTokens.by(client, request, now, ADVICE);
    } catch (StoreUnavailableException e) {
      if (!(e.getCause() instanceof WebFailure)) {
        throw e;
      }
      throw new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          "no credentials for Google Cloud were found, and this machine has none: "
              + e.getMessage(),
          ADVICE,
          e);
    }
  }

  private static URI metadata(String host) throws StoreRefusedException {
    try {
      URI uri =
          URI.create(
              "http://" + host + "/computeMetadata/v1/instance/service-accounts/default/token");
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new StoreRefusedException(
        ErrorCode.BAD_URL, "GCE_METADATA_HOST is no host", "Set it to host:port.", null);
  }
}
