package io.holdfast.storage.azure;

import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.web.AccessTokens;
import io.holdfast.storage.web.AccessTokens.Token;
import io.holdfast.storage.web.WebClient;
import io.holdfast.storage.web.WebEndpoint;
import io.holdfast.storage.web.WebFailure;
import io.holdfast.storage.web.WebRequest;
import io.holdfast.storage.web.WebTimeouts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tokens of Microsoft's identity service for what the environment says who we are: an application
/// with a secret, one whose workload has a token of its cluster, else the identity of the machine.
final class AzureTokens implements AccessTokens.Source {
  private static final String RESOURCE = "https://storage.azure.com/";
  private static final String ADVICE =
      "Set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN; or"
          + " AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; or give the machine an"
          + " identity.";
  private static final int ASSERTION_BYTES_MAX = 64 << 10;

  private final StoreContext context;

  private AzureTokens(StoreContext context) {
    this.context = context;
  }

  static AzureTokens of(StoreContext context) {
    return new AzureTokens(context);
  }

  @Override
  public Token fetch(Instant now) throws IOException {
    boolean isApplication = isSet("AZURE_TENANT_ID") && isSet("AZURE_CLIENT_ID");
    if (isApplication && isSet("AZURE_CLIENT_SECRET")) {
      return application(Map.of("client_secret", variable("AZURE_CLIENT_SECRET")), now);
    }
    if (isApplication && isSet("AZURE_FEDERATED_TOKEN_FILE")) {
      return application(
          Map.of(
              "client_assertion_type",
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
              "client_assertion",
              assertion(Path.of(variable("AZURE_FEDERATED_TOKEN_FILE")))),
          now);
    }
    return machine(now);
  }

  private Token application(Map<String, String> proof, Instant now) throws IOException {
    String host = isSet("AZURE_AUTHORITY_HOST") ? variable("AZURE_AUTHORITY_HOST") : "";
    URI uri =
        address(
            (host.isEmpty() ? "https://login.microsoftonline.com" : host.replaceAll("/+$", ""))
                + "/"
                + URLEncoder.encode(variable("AZURE_TENANT_ID"), StandardCharsets.UTF_8)
                + "/oauth2/v2.0/token");
    if (!WebEndpoint.isPrivate(uri)) {
      throw new StoreRefusedException(
          ErrorCode.BAD_URL,
          "AZURE_AUTHORITY_HOST is no https: address",
          "Unset it, or set it to the address of the cloud's identity service.",
          null);
    }
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("client_id", variable("AZURE_CLIENT_ID"));
    form.put("scope", RESOURCE + ".default");
    form.putAll(proof);
    try (WebClient client = WebClient.to("", context, WebTimeouts.DEFAULT)) {
      return AccessTokens.byForm(
          client,
          WebRequest.of("POST", uri),
          form,
          now,
          "Check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret or token of the application.");
    }
  }

  /// App Service and its kin say where to ask; a virtual machine has one address for all.
  private Token machine(Instant now) throws IOException {
    String who =
        isSet("AZURE_CLIENT_ID")
            ? "&client_id=" + URLEncoder.encode(variable("AZURE_CLIENT_ID"), StandardCharsets.UTF_8)
            : "";
    String what = "resource=" + URLEncoder.encode(RESOURCE, StandardCharsets.UTF_8) + who;
    boolean isService = isSet("IDENTITY_ENDPOINT") && isSet("IDENTITY_HEADER");
    if (isService && !WebRequest.isHeaderValue(variable("IDENTITY_HEADER"))) {
      throw new StoreRefusedException(
          ErrorCode.BAD_URL,
          "IDENTITY_HEADER holds characters that no header may hold",
          "Leave it as the service that runs this program sets it.",
          null);
    }
    WebRequest request =
        isService
            ? WebRequest.of(
                    "GET",
                    address(variable("IDENTITY_ENDPOINT") + "?api-version=2019-08-01&" + what))
                .with("X-IDENTITY-HEADER", variable("IDENTITY_HEADER"))
            : WebRequest.of(
                    "GET",
                    address(
                        machineHost()
                            + "/metadata/identity/oauth2/token?api-version=2018-02-01&"
                            + what))
                .with("Metadata", "true");
    try (WebClient client = WebClient.nearby()) {
      return AccessTokens.by(client, request, now, ADVICE);
    } catch (StoreUnavailableException e) {
      if (!(e.getCause() instanceof WebFailure)) {
        throw e;
      }
      throw new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          "no credentials for Azure were found, and this machine has no identity: "
              + e.getMessage(),
          ADVICE,
          e);
    }
  }

  private String machineHost() {
    return isSet("AZURE_POD_IDENTITY_AUTHORITY_HOST")
        ? variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").replaceAll("/+$", "")
        : "http://169.254.169.254";
  }

  private static URI address(String text) throws StoreRefusedException {
    try {
      URI uri = URI.create(text);
      boolean isWeb = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isWeb && uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // its message would quote the address
    }
    throw new StoreRefusedException(
        ErrorCode.BAD_URL,
        "the address of an identity service in the environment is none",
        "Check AZURE_AUTHORITY_HOST, IDENTITY_ENDPOINT and AZURE_POD_IDENTITY_AUTHORITY_HOST.",
        null);
  }

  private static String assertion(Path file) throws IOException {
    try {
      if (Files.size(file) <= ASSERTION_BYTES_MAX) {
        return Files.readString(file).strip();
      }
      throw new IOException("it is longer than " + ASSERTION_BYTES_MAX + " bytes");
    } catch (IOException e) {
      throw new StoreRefusedException(
          ErrorCode.STORE_UNAVAILABLE,
          "the token in " + file + " cannot be read: " + FileReason.of(e),
          "Check the file that AZURE_FEDERATED_TOKEN_FILE names.",
          e);
    }
  }

  private boolean isSet(String name) {
    return !variable(name).isEmpty();
  }

  private String variable(String name) {
    return context.variable(name).strip();
  }
}
