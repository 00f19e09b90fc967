package io.holdfast.storage.web;

/// Notices a listing by pages that does not end: one whose continuations come round again, at once
/// or after any number of pages, or that goes on and on without a name. One for each listing.
public final class PageWatch {
  /// Pages without a name that say that more follow; real stores give a few where much was deleted.
  private static final int EMPTY_PAGES_MAX = 1000;

  /// As many names as a repository can have by far, at a thousand a page.
  private static final int PAGES_MAX = 10_000_000;

  private int pages;
  private int emptyPages;

  /// The continuation of some page before, and of which: of each power of two in turn, so that it
  /// comes again in every circle.
  private String remembered = "";

  private int rememberNext = 1;

  /// Takes notice of a page that is not the last one.
  ///
  /// @param next where the listing goes on
  /// @param names how many the page has
  /// @return true if the listing must be given up
  public boolean isEndless(String next, int names) {
    emptyPages = names == 0 ? emptyPages + 1 : 0;
    if (next.equals(remembered) || emptyPages > EMPTY_PAGES_MAX || ++pages > PAGES_MAX) {
      return true;
    }
    if (pages == rememberNext) {
      remembered = next;
      rememberNext *= 2;
    }
    return false;
  }
}
