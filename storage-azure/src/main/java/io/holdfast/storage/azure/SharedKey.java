package io.holdfast.storage.azure;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.storage.web.WebRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs requests with the key of a storage account: HMAC-SHA256 over the method, the standard
/// headers in a fixed order, the headers `x-ms-…`, the path and the query.
final class SharedKey {
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /// After the method; a header that is not sent is an empty line.
  private static final List<String> SIGNED_HEADERS =
      List.of(
          "Content-Encoding",
          "Content-Language",
          "Content-Length",
          "Content-MD5",
          "Content-Type",
          "Date",
          "If-Modified-Since",
          "If-Match",
          "If-None-Match",
          "If-Unmodified-Since",
          "Range");

  private final String account;
  private final SecretKeySpec key;

  /// @param key in Base64
  /// @throws BackupException `BAD_URL`
  SharedKey(String account, String key) {
    this.account = account;
    try {
      this.key = new SecretKeySpec(Base64.getDecoder().decode(key), "HmacSHA256");
    } catch (IllegalArgumentException _) {
      // its message would quote the key
      throw new BackupException(
          ErrorCode.BAD_URL,
          "the account key is not Base64",
          "Copy it as the portal shows it, with the '=' at its end.");
    }
  }

  WebRequest signed(WebRequest request, Instant now) {
    WebRequest dated = request.with("x-ms-date", HTTP_DATE.format(now));
    String signature = Base64.getEncoder().encodeToString(hmac(toSign(dated)));
    return dated.with("Authorization", "SharedKey " + account + ":" + signature);
  }

  private String toSign(WebRequest request) {
    var text = new StringBuilder(request.method()).append('\n');
    for (String header : SIGNED_HEADERS) {
      text.append(
              header.equals("Content-Length")
                  ? request.bodyBytes() == 0 ? "" : String.valueOf(request.bodyBytes())
                  : request.header(header))
          .append('\n');
    }
    for (var header : request.headers().entrySet()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (name.startsWith("x-ms-")) {
        text.append(name).append(':').append(header.getValue()).append('\n');
      }
    }
    text.append('/').append(account).append(request.uri().getRawPath());
    Map<String, String> query = new TreeMap<>();
    String raw = request.uri().getRawQuery();
    for (String part : raw == null ? new String[0] : raw.split("&", -1)) {
      int equals = part.indexOf('=');
      query.put(
          part.substring(0, equals).toLowerCase(Locale.ROOT),
          URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
    }
    query.forEach((name, value) -> text.append('\n').append(name).append(':').append(value));
    return text.toString();
  }

  private byte[] hmac(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }
}
