/* SPDX-License-Identifier: Apache-2.0 */
/* options.h -- the options aws.* that connectors to AWS have in common, to be spliced into their tables. */
#ifndef FL_CONNECTORS_AWS_OPTIONS_H
#define FL_CONNECTORS_AWS_OPTIONS_H

#include "connectors/connector.h"

#define FL_AWS_PROVIDERS "AUTO|BASIC|ENV_VAR|SYS_PROP|PROFILE|ASSUME_ROLE|WEB_IDENTITY_TOKEN|CUSTOM"

/* Rows of a fl_option_def table. The options of a role's own provider repeat under aws.credentials.role.provider.;
 * fl_aws_config_read checks them. The last row takes what Flink hands to the SDK without a look. */
#define FL_AWS_OPTIONS                                                                                                 \
    {.key = "aws.region", .type = FL_OPT_STRING, .help = "The region, such as us-east-1."},                            \
        {.key = "aws.endpoint",                                                                                        \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "Where the service listens, instead of the region's own address: http://localhost:4566."},            \
        {.key = "aws.trust.all.certificates",                                                                          \
         .type = FL_OPT_BOOL,                                                                                          \
         .fallback = "false",                                                                                          \
         .help = "Accept any certificate: for tests."},                                                                \
        {.key = "aws.credentials.provider",                                                                            \
         .type = FL_OPT_ENUM,                                                                                          \
         .values = FL_AWS_PROVIDERS,                                                                                   \
         .help = "Who knows the credentials; BASIC where keys are given, else AUTO: environment, web identity, "       \
                 "profile, container, instance."},                                                                     \
        {.key = "aws.credentials.basic.accesskeyid", .type = FL_OPT_STRING, .help = "BASIC: the access key id."},      \
        {.key = "aws.credentials.basic.secretkey", .type = FL_OPT_STRING, .help = "BASIC: the secret key."},           \
        {.key = "aws.credentials.profile.path",                                                                        \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "PROFILE: the file, instead of ~/.aws/credentials and ~/.aws/config."},                               \
        {.key = "aws.credentials.profile.name",                                                                        \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "PROFILE: the profile; $AWS_PROFILE, else default."},                                                 \
        {.key = "aws.credentials.role.arn",                                                                            \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "ASSUME_ROLE, WEB_IDENTITY_TOKEN: the role."},                                                        \
        {.key = "aws.credentials.role.sessionName",                                                                    \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "ASSUME_ROLE, WEB_IDENTITY_TOKEN: how the session is called in AWS's logs."},                         \
        {.key = "aws.credentials.role.externalId",                                                                     \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "ASSUME_ROLE: the external id that the role asks for."},                                              \
        {.key = "aws.credentials.role.stsEndpoint",                                                                    \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "ASSUME_ROLE: where STS listens, instead of the region's own address."},                              \
        {.key = "aws.credentials.role.provider",                                                                       \
         .type = FL_OPT_ENUM,                                                                                          \
         .values = FL_AWS_PROVIDERS,                                                                                   \
         .help = "ASSUME_ROLE: who assumes the role; its options follow under aws.credentials.role.provider."},        \
        {.key = "aws.credentials.role.provider.#",                                                                     \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "ASSUME_ROLE: options of that provider, named as under aws.credentials."},                            \
        {.key = "aws.credentials.webIdentityToken.file",                                                               \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "WEB_IDENTITY_TOKEN: the file with the token; else $AWS_WEB_IDENTITY_TOKEN_FILE."},                   \
        {.key = "aws.credentials.custom.class", .type = FL_OPT_STRING, .help = "CUSTOM: a Java class; refused here."}, \
    {                                                                                                                  \
        .key = "aws.#", .type = FL_OPT_STRING, .state = FL_OPT_NOTED, .note = "no such setting of AWS is known here",  \
        .help = "Anything else of Flink's AWS settings: noted, without effect."                                        \
    }

#endif
