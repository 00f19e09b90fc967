package io.holdfast.storage.web;

import io.holdfast.storage.BlobStore;
import io.holdfast.storage.StoreRefusedException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/// One kind of store behind HTTP, with one container for blobs.
public interface WebService {
  /// The container in words, without secrets.
  String describe();

  /// What the names of all blobs begin with: empty, or it ends in `/`.
  String prefix();

  /// Where a blob is.
  ///
  /// @param name with the prefix
  URI blob(String name);

  /// Where a page of a listing is.
  ///
  /// @param prefix of names, with [#prefix]
  /// @param delimiter empty for all names below the prefix
  /// @param marker of the page, empty for the first one
  URI page(String prefix, String delimiter, String marker, int namesMax);

  /// What a query says of `name`, behind something else; empty if there is no value.
  static String parameter(String name, String value) {
    return value.isEmpty()
        ? ""
        : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /// How many names a page has at most.
  int pageNamesMax();

  /// The words of a page.
  ListingWords listingWords();

  /// The headers of a put that must not overwrite.
  Map<String, String> putHeaders();

  /// The status of a put that was done; no other one says so.
  int putStatus();

  /// The header that forbids a put to overwrite, for messages.
  String condition();

  /// The request as somebody that the service knows.
  ///
  /// @throws StoreRefusedException if there are no credentials
  WebRequest authorized(WebRequest request) throws IOException;

  /// Told that the service did not know who asked: whether the same request will have another
  /// proof, with which it is worth a try.
  ///
  /// @param refused as [#authorized] gave it
  boolean isProofReplaced(WebRequest refused);

  /// What went wrong, in the service's own word; empty if it does not say.
  String codeOf(WebAnswer refusal);

  /// Which codes mean what.
  Codes codes();

  /// The permission that a request takes.
  String permission(Verb verb);

  /// What a person can do about credentials that are wrong or missing.
  String credentialsAdvice();

  /// What becomes of a blob that is deleted.
  ///
  /// @param looked the answer to a look at it while it was there
  /// @param deleted the answer to its deletion
  default BlobStore.AfterDelete afterDelete(WebAnswer looked, WebAnswer deleted) {
    return BlobStore.AfterDelete.UNKNOWN;
  }

  /// What is asked.
  enum Verb {
    PUT("put"),
    GET("get"),
    STAT("look at"),
    LIST("list"),
    DELETE("remove");

    private final String word;

    Verb(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /// Codes that mean more than their status.
  ///
  /// @param missingContainer the container, not the blob, is not there
  /// @param busy come back later; nothing was done
  /// @param damaged the body did not come as it was sent; nothing was done
  /// @param full there is no space
  /// @param badCredentials who asks is not known
  /// @param skewedClock this machine's clock is wrong
  record Codes(
      Set<String> missingContainer,
      Set<String> busy,
      Set<String> damaged,
      Set<String> full,
      Set<String> badCredentials,
      Set<String> skewedClock) {
    public Codes {
      missingContainer = Set.copyOf(missingContainer);
      busy = Set.copyOf(busy);
      damaged = Set.copyOf(damaged);
      full = Set.copyOf(full);
      badCredentials = Set.copyOf(badCredentials);
      skewedClock = Set.copyOf(skewedClock);
    }
  }

  /// The elements of the document that a page is.
  ///
  /// @param blob around one blob
  /// @param name of a blob, in it
  /// @param size of a blob in bytes, in it
  /// @param folder around one common prefix
  /// @param folderName in it
  /// @param next the marker of the page that follows
  record ListingWords(
      String blob, String name, String size, String folder, String folderName, String next) {}
}
