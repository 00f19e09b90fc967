package io.holdfast.storage.s3;

import io.holdfast.base.ErrorCode;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.s3.S3Failures.Request;
import io.holdfast.storage.web.PageWatch;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Lists page by page. Names that are no keys belong to others and are left out.
final class S3Listing {
  /// What servers give where nobody says how many they may.
  static final int PAGE_NAMES_MAX = 1000;

  private final S3Client s3;
  private final S3Place place;
  private final S3Timeouts timeouts;
  private final S3Failures failures;
  private final int pageNamesMax;

  /// @param pageNamesMax how many names a page has at most
  S3Listing(
      S3Client s3, S3Place place, S3Timeouts timeouts, S3Failures failures, int pageNamesMax) {
    this.s3 = s3;
    this.place = place;
    this.timeouts = timeouts;
    this.failures = failures;
    this.pageNamesMax = pageNamesMax;
  }

  /// Stores sort by the bytes of names, which for keys is the order of characters.
  void list(String prefix, Consumer<BlobStat> each) throws IOException {
    var order = new Order();
    pages(
        prefix,
        "",
        page -> {
          for (S3Object object : page.contents()) {
            String name = object.key().substring(place.prefix().length());
            if (BlobKey.isKey(name)) {
              order.require(name);
              each.accept(new BlobStat(new BlobKey(name), object.size()));
            }
          }
        });
  }

  void names(String prefix, Consumer<String> each) throws IOException {
    int skipped = place.prefix().length() + prefix.length();
    pages(
        prefix,
        "/",
        page -> {
          for (S3Object object : page.contents()) {
            hand(prefix, object.key().substring(skipped), each);
          }
          for (CommonPrefix folder : page.commonPrefixes()) {
            String name = folder.prefix().substring(skipped);
            hand(prefix, name.substring(0, name.length() - 1), each);
          }
        });
  }

  private static void hand(String prefix, String name, Consumer<String> each) {
    if (BlobKey.isKey(prefix + name)) {
      each.accept(name);
    }
  }

  private void pages(String prefix, String delimiter, PageReader reader) throws IOException {
    String token = null;
    var watch = new PageWatch();
    do {
      ListObjectsV2Response page = page(prefix, delimiter, token);
      reader.read(page);
      int names = page.contents().size() + page.commonPrefixes().size();
      String next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
      if (next != null && watch.isEndless(next, names)) {
        throw new StoreUnavailableException(
            "the listing of '" + prefix + "' in " + place.describe() + " does not end");
      }
      if (next == null && Boolean.TRUE.equals(page.isTruncated())) {
        throw new StoreUnavailableException(
            "the listing of '" + prefix + "' in " + place.describe() + " cannot be continued");
      }
      token = next;
    } while (token != null);
  }

  private ListObjectsV2Response page(String prefix, String delimiter, @Nullable String token)
      throws IOException {
    try {
      return s3.listObjectsV2(
          l -> {
            l.bucket(place.bucket())
                .prefix(place.prefix() + prefix)
                .maxKeys(pageNamesMax)
                .encodingType(EncodingType.URL)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(timeouts.request()));
            if (!delimiter.isEmpty()) {
              l.delimiter(delimiter);
            }
            if (token != null) {
              l.continuationToken(token);
            }
          });
    } catch (SdkException e) {
      throw failures.failed(Request.LIST, "'" + prefix + "'", e);
    }
  }

  private interface PageReader {
    void read(ListObjectsV2Response page) throws IOException;
  }

  /// Some buckets ("directory buckets") list in no order, on which merges of listings would lose
  /// names.
  private final class Order {
    private String last = "";

    void require(String name) throws StoreRefusedException {
      if (name.compareTo(last) <= 0) {
        throw new StoreRefusedException(
            ErrorCode.REPOSITORY_PLACE_UNUSABLE,
            place.describe() + " lists " + name + " after " + last,
            "Use a bucket whose listings are sorted: a general purpose bucket, not a directory"
                + " bucket.",
            null);
      }
      last = name;
    }
  }
}
