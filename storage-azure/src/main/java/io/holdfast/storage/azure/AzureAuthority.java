package io.holdfast.storage.azure;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.web.AccessTokens;
import io.holdfast.storage.web.WebEndpoint;
import io.holdfast.storage.web.WebRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.InstantSource;

/// How requests prove who asks.
sealed interface AzureAuthority {
  /// The request with its proof.
  WebRequest authorized(WebRequest request) throws IOException;

  /// Whether the same request will have another proof than this one, which was not accepted.
  default boolean isProofReplaced(WebRequest refused) {
    return false;
  }

  /// The first that the environment names: a connection string, an account key, a shared access
  /// signature, else a token. Signatures and tokens are sent as they are, so they need an endpoint
  /// that is private.
  ///
  /// @throws BackupException `BAD_URL` if one cannot be used
  static AzureAuthority of(AzurePlace place, StoreContext context) {
    ConnectionString connection = ConnectionString.of(context);
    String named = connection.value("AccountName");
    if (!named.isEmpty() && !named.equals(place.account())) {
      throw new BackupException(
          ErrorCode.BAD_URL,
          "AZURE_STORAGE_CONNECTION_STRING is for account "
              + named
              + ", the repository's URL for "
              + place.account(),
          "Use the connection string of the account in the URL.");
    }
    String key = first(connection.value("AccountKey"), context.variable("AZURE_STORAGE_KEY"));
    if (!key.isEmpty()) {
      return new Key(new SharedKey(place.account(), key), context.clock());
    }
    String signature =
        first(
            connection.value("SharedAccessSignature"), context.variable("AZURE_STORAGE_SAS_TOKEN"));
    WebEndpoint.requirePrivate(place.endpoint());
    if (!signature.isEmpty()) {
      return new Signature(signature.startsWith("?") ? signature.substring(1) : signature);
    }
    return new Bearer(new AccessTokens(AzureTokens.of(context), context.clock()));
  }

  private static String first(String one, String other) {
    return one.isBlank() ? other.strip() : one.strip();
  }

  /// Signs each request.
  final class Key implements AzureAuthority {
    private final SharedKey key;
    private final InstantSource clock;

    Key(SharedKey key, InstantSource clock) {
      this.key = key;
      this.clock = clock;
    }

    @Override
    public WebRequest authorized(WebRequest request) {
      return key.signed(request, clock.instant());
    }
  }

  /// A query that somebody with the key has signed.
  final class Signature implements AzureAuthority {
    private final String query;

    Signature(String query) {
      this.query = query;
      if (!query.matches("[A-Za-z0-9%&=._~:/,+-]{1,4000}")
          || !query.contains("sig=")
          || !canBeSent(query)) {
        throw new BackupException(
            ErrorCode.BAD_URL,
            "the shared access signature is no query with a sig=",
            "Copy it as the portal shows it, in quotes.");
      }
    }

    private static boolean canBeSent(String query) {
      try {
        URI _ = new URI("https://x/?" + query);
        return true;
      } catch (URISyntaxException _) {
        // its message would quote the signature
        return false;
      }
    }

    @Override
    public WebRequest authorized(WebRequest request) {
      String separator = request.uri().getRawQuery() == null ? "?" : "&";
      return request.at(URI.create(request.uri() + separator + query.replace("+", "%2B")));
    }
  }

  /// A token of Microsoft's identity service.
  final class Bearer implements AzureAuthority {
    private final AccessTokens tokens;

    Bearer(AccessTokens tokens) {
      this.tokens = tokens;
    }

    @Override
    public WebRequest authorized(WebRequest request) throws IOException {
      return request.with("Authorization", tokens.bearer());
    }

    @Override
    public boolean isProofReplaced(WebRequest refused) {
      return tokens.replaces(refused.header("Authorization"));
    }
  }
}
