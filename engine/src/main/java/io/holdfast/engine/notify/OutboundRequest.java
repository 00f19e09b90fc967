package io.holdfast.engine.notify;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What is said to a receiver.
///
/// @param headers besides those that every request has; names and values in printable ASCII
/// @param body of up to [#BODY_BYTES_MAX] bytes; empty for a `GET`
public record OutboundRequest(
    Method method, Endpoint endpoint, Map<String, String> headers, String body) {
  public static final int BODY_BYTES_MAX = 64 << 10;

  private static final int HEADERS_MAX = 20;
  private static final int HEADER_CHARACTERS_MAX = 512;

  /// What the receiver is asked to do.
  public enum Method {
    GET,
    POST
  }

  public OutboundRequest {
    headers = Map.copyOf(headers);
    headers.forEach(OutboundRequest::check);
    if (headers.size() > HEADERS_MAX) {
      throw new IllegalArgumentException("more than " + HEADERS_MAX + " headers");
    }
    if (body.getBytes(StandardCharsets.UTF_8).length > BODY_BYTES_MAX) {
      throw new IllegalArgumentException("a body of more than " + BODY_BYTES_MAX + " bytes");
    }
    if (method == Method.GET && !body.isEmpty()) {
      throw new IllegalArgumentException("GET has no body");
    }
  }

  /// What goes over the connection.
  byte[] bytes() {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    Map<String, String> all = new TreeMap<>(headers);
    all.put("Host", endpoint.authority());
    all.put("User-Agent", "Holdfast");
    all.put("Accept", "*/*");
    all.put("Connection", "close");
    if (method == Method.POST) {
      all.put("Content-Length", Integer.toString(content.length));
    }
    String head =
        all.entrySet().stream()
            .map(header -> header.getKey() + ": " + header.getValue() + "\r\n")
            .collect(
                Collectors.joining(
                    "", method + " " + endpoint.target().expose() + " HTTP/1.1\r\n", "\r\n"));
    byte[] first = head.getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[first.length + content.length];
    System.arraycopy(first, 0, request, 0, first.length);
    System.arraycopy(content, 0, request, first.length, content.length);
    return request;
  }

  /// Headers may be secrets: a signature, a path. So none is in the text.
  @Override
  public String toString() {
    return method + " " + endpoint;
  }

  private static void check(String name, String value) {
    boolean isHeader =
        name.matches("[A-Za-z0-9-]{1,64}")
            && value.length() <= HEADER_CHARACTERS_MAX
            && value.matches("[ -~]*");
    if (!isHeader) {
      throw new IllegalArgumentException("no header: " + name.length() + " characters of a name");
    }
  }
}
