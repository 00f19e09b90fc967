package io.holdfast.storage.web;

import io.holdfast.storage.web.WebService.ListingWords;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// A page of a listing.
///
/// @param folders common prefixes
/// @param next marker of the page that follows, empty if this is the last one
record ListingPage(List<Blob> blobs, List<String> folders, String next) {
  private static final int TEXT_LENGTH_MAX = 16 << 10;
  private static final int DEPTH_MAX = 16;

  ListingPage {
    blobs = List.copyOf(blobs);
    folders = List.copyOf(folders);
  }

  /// A blob, by its whole name.
  record Blob(String name, long bytes) {}

  /// What came is no page of a listing.
  static final class StrangeException extends Exception {
    private static final long serialVersionUID = 1L;

    StrangeException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  static ListingPage parse(byte[] document, ListingWords words) throws StrangeException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
    try {
      // Decoded here: the parser prints what it cannot decode. Some services begin with a mark.
      String text = new String(document, StandardCharsets.UTF_8);
      XMLStreamReader xml =
          factory.createXMLStreamReader(
              new StringReader(text.startsWith("\uFEFF") ? text.substring(1) : text));
      try {
        return new Reading(words).read(xml);
      } finally {
        xml.close();
      }
    } catch (XMLStreamException | NumberFormatException e) {
      throw new StrangeException("the answer is no page of a listing", e);
    }
  }

  /// One pass over the document.
  private static final class Reading {
    private final ListingWords words;
    private final List<Blob> blobs = new ArrayList<>();
    private final List<String> folders = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private String next = "";
    private boolean isTruncated;
    private String around = "";
    private String name = "";
    private long bytes = -1;
    private int depth;
    private boolean rooted;

    Reading(ListingWords words) {
      this.words = words;
    }

    ListingPage read(XMLStreamReader xml) throws XMLStreamException, StrangeException {
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.START_ELEMENT -> start(xml.getLocalName());
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
            if (text.length() + xml.getTextLength() > TEXT_LENGTH_MAX) {
              throw new StrangeException("a text in the listing is too long", null);
            }
            text.append(xml.getText());
          }
          case XMLStreamConstants.END_ELEMENT -> end(xml.getLocalName());
          default -> {}
        }
      }
      if (isTruncated && next.isEmpty()) {
        throw new StrangeException("the listing goes on, but does not say where", null);
      }
      return new ListingPage(blobs, folders, next);
    }

    private void start(String element) throws StrangeException {
      if (!rooted && !element.endsWith("Result") && !element.endsWith("Results")) {
        throw new StrangeException("the answer is a document of another kind: " + element, null);
      }
      rooted = true;
      if (++depth > DEPTH_MAX) {
        throw new StrangeException("the answer is nested too deeply", null);
      }
      text.setLength(0);
      if (element.equals(words.blob()) || element.equals(words.folder())) {
        around = element;
        name = "";
        bytes = -1;
      }
    }

    private void end(String element) throws StrangeException {
      depth--;
      if (around.isEmpty()) {
        if (element.equals(words.next())) {
          next = text.toString();
        } else if (element.equals("IsTruncated")) {
          isTruncated = text.toString().strip().equals("true");
        }
      } else if (element.equals(around)) {
        finish();
      } else if (around.equals(words.blob())) {
        if (element.equals(words.name())) {
          name = text.toString();
        } else if (element.equals(words.size())) {
          bytes = Long.parseLong(text.toString().strip());
        }
      } else if (element.equals(words.folderName())) {
        name = text.toString();
      }
      text.setLength(0);
    }

    private void finish() throws StrangeException {
      if (name.isEmpty() || (around.equals(words.blob()) && bytes < 0)) {
        throw new StrangeException("a name or a size is missing in the listing", null);
      }
      if (around.equals(words.blob())) {
        blobs.add(new Blob(name, bytes));
      } else {
        folders.add(name);
      }
      around = "";
    }
  }
}
