package io.holdfast.storage.s3;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// What was said about an object when it was put, and is handed out with it. Not that: where and
/// how it is kept (storage class, encryption, locks), who may see it, and its tags.
final class ObjectHeaders {
  static final String CONTENT_TYPE = "content-type";
  private static final String CACHE_CONTROL = "cache-control";
  private static final String DISPOSITION = "content-disposition";
  private static final String ENCODING = "content-encoding";
  private static final String LANGUAGE = "content-language";
  private static final String OWN = "x-amz-meta-";

  private ObjectHeaders() {}

  static Map<String, String> of(HeadObjectResponse head) {
    Map<String, String> headers = new HashMap<>();
    put(headers, CONTENT_TYPE, head.contentType());
    put(headers, CACHE_CONTROL, head.cacheControl());
    put(headers, DISPOSITION, head.contentDisposition());
    put(headers, ENCODING, head.contentEncoding());
    put(headers, LANGUAGE, head.contentLanguage());
    if (head.hasMetadata()) {
      head.metadata().forEach((name, value) -> put(headers, OWN + name, value));
    }
    return headers;
  }

  private static void put(Map<String, String> headers, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      headers.put(name, value);
    }
  }

  /// Names that are none of these are left out.
  static void say(Map<String, String> headers, PutObjectRequest.Builder request) {
    Map<String, String> own = new HashMap<>();
    headers.forEach(
        (name, value) -> {
          switch (name) {
            case CONTENT_TYPE -> request.contentType(value);
            case CACHE_CONTROL -> request.cacheControl(value);
            case DISPOSITION -> request.contentDisposition(value);
            case ENCODING -> request.contentEncoding(value);
            case LANGUAGE -> request.contentLanguage(value);
            default -> {
              if (name.startsWith(OWN)) {
                own.put(name.substring(OWN.length()), value);
              }
            }
          }
        });
    if (!own.isEmpty()) {
      request.metadata(own);
    }
  }
}
