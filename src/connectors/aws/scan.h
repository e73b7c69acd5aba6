/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h -- single texts out of an answer of AWS: a member of a JSON object, an element of XML. */
#ifndef FL_CONNECTORS_AWS_SCAN_H
#define FL_CONNECTORS_AWS_SCAN_H

#include "base/str.h"

/* Appends the text of the member `key` of a JSON object, escapes undone. False, with nothing appended, if there is
 * none, if it is no text, or if what stands before it is not JSON. */
bool fl_aws_json_text(fl_str json, const char *key, fl_buf *out);

/* Appends the text of the first element of this name, at any depth, references undone. False: none, or not closed. */
bool fl_aws_xml_text(fl_str xml, const char *name, fl_buf *out);

#endif
