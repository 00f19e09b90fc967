package io.holdfast.storage.azure;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.web.WebAnswer;
import io.holdfast.storage.web.WebRequest;
import io.holdfast.storage.web.WebService;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Azure's requests and words.
final class AzureService implements WebService {
  /// The version of the interface; each names the oldest that it takes, and all later ones take it.
  private static final String VERSION = "2021-08-06";

  private static final int PAGE_NAMES_MAX = 5000;

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,100})</Code>");

  private static final Codes CODES =
      new Codes(
          Set.of("ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"),
          Set.of("ServerBusy"),
          Set.of("Md5Mismatch"),
          Set.of("QuotaExceeded", "InsufficientSpace"),
          Set.of(
              "AuthenticationFailed",
              "InvalidAuthenticationInfo",
              "NoAuthenticationInformation",
              "KeyBasedAuthenticationNotPermitted"),
          Set.of());

  private static final ListingWords WORDS =
      new ListingWords("Blob", "Name", "Content-Length", "BlobPrefix", "Name", "NextMarker");

  private final AzurePlace place;
  private final AzureAuthority authority;
  private final int pageNamesMax;

  AzureService(AzurePlace place, AzureAuthority authority) {
    this(place, authority, PAGE_NAMES_MAX);
  }

  /// @param pageNamesMax how many names a page of a listing has at most
  AzureService(AzurePlace place, AzureAuthority authority, int pageNamesMax) {
    this.place = place;
    this.authority = authority;
    this.pageNamesMax = pageNamesMax;
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
    return URI.create(place.endpoint() + "/" + place.container() + "/" + name);
  }

  @Override
  public URI page(String prefix, String delimiter, String marker, int namesMax) {
    return URI.create(
        place.endpoint()
            + "/"
            + place.container()
            + "?restype=container&comp=list&maxresults="
            + namesMax
            + WebService.parameter("prefix", prefix)
            + WebService.parameter("delimiter", delimiter)
            + WebService.parameter("marker", marker));
  }

  @Override
  public int pageNamesMax() {
    return pageNamesMax;
  }

  @Override
  public ListingWords listingWords() {
    return WORDS;
  }

  @Override
  public Map<String, String> putHeaders() {
    return Map.of("If-None-Match", "*", "x-ms-blob-type", "BlockBlob");
  }

  @Override
  public int putStatus() {
    return 201;
  }

  @Override
  public String condition() {
    return "If-None-Match";
  }

  @Override
  public WebRequest authorized(WebRequest request) throws IOException {
    return authority.authorized(request.with("x-ms-version", VERSION));
  }

  @Override
  public boolean isProofReplaced(WebRequest refused) {
    return authority.isProofReplaced(refused);
  }

  /// The header is there where an answer has no body, too.
  @Override
  public String codeOf(WebAnswer refusal) {
    String code = refusal.header("x-ms-error-code").orElse("");
    if (!code.isEmpty()) {
      return code;
    }
    Matcher matcher = CODE.matcher(refusal.text());
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public Codes codes() {
    return CODES;
  }

  /// With versions, a blob that is there has the name of one. Soft delete shows in the answer to
  /// the deletion.
  @Override
  public BlobStore.AfterDelete afterDelete(WebAnswer looked, WebAnswer deleted) {
    Optional<String> permanent = deleted.header("x-ms-delete-type-permanent");
    if (looked.header("x-ms-version-id").isPresent()
        || permanent.filter("false"::equals).isPresent()) {
      return BlobStore.AfterDelete.KEPT;
    }
    return permanent.filter("true"::equals).isPresent()
        ? BlobStore.AfterDelete.GONE
        : BlobStore.AfterDelete.UNKNOWN;
  }

  @Override
  public String permission(Verb verb) {
    return switch (verb) {
      case PUT -> "to create blobs (SAS: c; role action: blobs/add/action)";
      case GET, STAT -> "to read blobs (SAS: r; role action: blobs/read)";
      case LIST -> "to list blobs (SAS: l; role action: blobs/read)";
      case DELETE -> "to delete blobs (SAS: d; role action: blobs/delete)";
    };
  }

  @Override
  public String credentialsAdvice() {
    return "Check the account key or the shared access signature, whether it has expired, and this"
        + " machine's clock.";
  }
}
