package io.holdfast.engine.notify;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/// A notice as an e-mail, all of it in ASCII. The same notice is the same message with the same id.
final class EmailText {
  private static final String LINE_END = "\r\n";
  private static final int WORD_BYTES_MAX = 42;

  private EmailText() {}

  static String of(Notice notice, EmailAddress from, EmailAddress to) {
    List<String> head =
        List.of(
            "From: Holdfast <" + from.text() + ">",
            "To: <" + to.text() + ">",
            "Subject: " + encoded("[Holdfast] " + notice.subject()),
            "Date: "
                + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    notice.time().atOffset(ZoneOffset.UTC)),
            "Message-ID: <" + notice.id() + "@" + from.domain() + ">",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: base64");
    byte[] body =
        String.join(LINE_END, notice.lines()).concat(LINE_END).getBytes(StandardCharsets.UTF_8);
    return String.join(LINE_END, head)
        + LINE_END
        + LINE_END
        + Base64.getMimeEncoder().encodeToString(body)
        + LINE_END;
  }

  /// As words in base64, each of whole characters and on a line of its own, if it is not ASCII.
  private static String encoded(String text) {
    if (text.matches("[ -~]*") && !text.contains("=?")) {
      return text;
    }
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int point : text.codePoints().toArray()) {
      String next = Character.toString(point);
      if (bytes(word + next).length > WORD_BYTES_MAX) {
        words.add(word.toString());
        word.setLength(0);
      }
      word.append(next);
    }
    words.add(word.toString());
    return words.stream()
        .map(it -> "=?UTF-8?B?" + Base64.getEncoder().encodeToString(bytes(it)) + "?=")
        .collect(Collectors.joining(LINE_END + " "));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
