package io.holdfast.storage.gcs;

import io.holdfast.storage.web.AccessTokens;
import io.holdfast.storage.web.WebAnswer;
import io.holdfast.storage.web.WebRequest;
import io.holdfast.storage.web.WebService;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Google's requests and words.
final class GcsService implements WebService {
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,100})</Code>");

  private static final Codes CODES =
      new Codes(
          Set.of("NoSuchBucket"),
          Set.of("SlowDown", "ServiceUnavailable", "TooManyRequests", "RateLimitExceeded"),
          Set.of("BadDigest", "IncompleteBody", "RequestTimeout"),
          Set.of("QuotaExceeded"),
          Set.of(
              "AuthenticationRequired",
              "ExpiredToken",
              "InvalidSecurity",
              "InvalidToken",
              "UserProjectAccountProblem"),
          Set.of("RequestTimeTooSkewed"));

  private static final ListingWords WORDS =
      new ListingWords(
          "Contents", "Key", "Size", "CommonPrefixes", "Prefix", "NextContinuationToken");

  private final GcsPlace place;
  private final AccessTokens tokens;

  GcsService(GcsPlace place, AccessTokens tokens) {
    this.place = place;
    this.tokens = tokens;
  }

  @Override
  public String describe() {
    return place.describe();
  }

  @Override
  public String prefix() {
    return place.prefix();
  }

  @Override
  public URI blob(String name) {
    return URI.create(place.endpoint() + "/" + place.bucket() + "/" + name);
  }

  @Override
  public URI page(String prefix, String delimiter, String marker, int namesMax) {
    return URI.create(
        place.endpoint()
            + "/"
            + place.bucket()
            + "?list-type=2&max-keys="
            + namesMax
            + WebService.parameter("prefix", prefix)
            + WebService.parameter("delimiter", delimiter)
            + WebService.parameter("continuation-token", marker));
  }

  @Override
  public int pageNamesMax() {
    return 1000;
  }

  @Override
  public ListingWords listingWords() {
    return WORDS;
  }

  @Override
  public Map<String, String> putHeaders() {
    return Map.of(condition(), "0");
  }

  @Override
  public int putStatus() {
    return 200;
  }

  @Override
  public String condition() {
    return "x-goog-if-generation-match";
  }

  @Override
  public WebRequest authorized(WebRequest request) throws IOException {
    return request.with("Authorization", tokens.bearer());
  }

  @Override
  public boolean isProofReplaced(WebRequest refused) {
    return tokens.replaces(refused.header("Authorization"));
  }

  @Override
  public String codeOf(WebAnswer refusal) {
    Matcher matcher = CODE.matcher(refusal.text());
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public Codes codes() {
    return CODES;
  }

  @Override
  public String permission(Verb verb) {
    return switch (verb) {
      case PUT -> "storage.objects.create (to create objects)";
      case GET, STAT -> "storage.objects.get (to read objects)";
      case LIST -> "storage.objects.list (to list objects)";
      case DELETE -> "storage.objects.delete (to delete objects)";
    };
  }

  @Override
  public String credentialsAdvice() {
    return "Check the key file that GOOGLE_APPLICATION_CREDENTIALS names, or the service account of"
        + " this machine.";
  }
}
