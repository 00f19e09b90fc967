/// Reports of backups as PDF files, for people who keep papers.
@NullMarked
package io.holdfast.engine.report;

import org.jspecify.annotations.NullMarked;
