package io.holdfast.repository;

import java.io.IOException;

/// What a survey had read is gone: another maintainer is at work. Nothing was published.
final class OutdatedSurveyException extends IOException {
  private static final long serialVersionUID = 1L;

  OutdatedSurveyException() {
    super("index objects that could be read a moment ago are gone");
  }
}
