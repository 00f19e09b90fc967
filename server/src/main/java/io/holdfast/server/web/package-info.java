/// What all routes share: problems, pages of lists, times.
@NullMarked
package io.holdfast.server.web;

import org.jspecify.annotations.NullMarked;
