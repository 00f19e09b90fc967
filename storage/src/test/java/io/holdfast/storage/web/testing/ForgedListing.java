package io.holdfast.storage.web.testing;

import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Answers listings with pages of its own, one after the other and then from the first again; all
/// other requests pass.
public final class ForgedListing implements FaultProxy.Choice {
  private static final Pattern LISTING = Pattern.compile("[?&](list-type=2|comp=list)\\b");
  private static final Pattern PREFIX = Pattern.compile("[?&]prefix=([^& ]*)");

  private final Format format;
  private final List<Page> pages;
  private final AtomicInteger asked = new AtomicInteger();

  private ForgedListing(Format format, List<Page> pages) {
    this.format = format;
    this.pages = pages;
  }

  public static ForgedListing of(Format format, Page... pages) {
    return new ForgedListing(format, List.of(pages));
  }

  /// A page.
  ///
  /// @param names below the prefix that was asked for
  /// @param next where it goes on, empty at the end
  public record Page(List<String> names, String next) {
    public Page {
      names = List.copyOf(names);
    }
  }

  /// How a service writes a page.
  public enum Format {
    S3,
    AZURE
  }

  /// Whether a request line asks for a page of a listing.
  public static boolean isListing(String line) {
    return line.startsWith("GET ") && LISTING.matcher(line).find();
  }

  @Override
  public Fault of(String line) {
    if (!isListing(line)) {
      return Fault.none();
    }
    Matcher prefix = PREFIX.matcher(line);
    String whole = prefix.find() ? URLDecoder.decode(prefix.group(1), StandardCharsets.UTF_8) : "";
    return new Fault.Document(document(whole, pages.get(asked.getAndIncrement() % pages.size())));
  }

  private String document(String prefix, Page page) {
    StringBuilder text = new StringBuilder();
    for (String name : page.names()) {
      text.append(
          switch (format) {
            case S3 -> "<Contents><Key>" + prefix + name + "</Key><Size>1</Size></Contents>";
            case AZURE ->
                "<Blob><Name>"
                    + prefix
                    + name
                    + "</Name><Properties><Content-Length>1</Content-Length></Properties></Blob>";
          });
    }
    return switch (format) {
      case S3 ->
          "<ListBucketResult><IsTruncated>"
              + !page.next().isEmpty()
              + "</IsTruncated>"
              + text
              + "<NextContinuationToken>"
              + page.next()
              + "</NextContinuationToken></ListBucketResult>";
      case AZURE ->
          "<EnumerationResults><Blobs>"
              + text
              + "</Blobs><NextMarker>"
              + page.next()
              + "</NextMarker></EnumerationResults>";
    };
  }
}
