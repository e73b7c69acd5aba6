/* SPDX-License-Identifier: Apache-2.0 */
/* aws.h -- Amazon Web Services: options, credentials, calls.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_AWS_H
#define FL_MESSAGES_AWS_H

// clang-format off: one part of an entry on a line

/* ---- options ---- */

/* Neither the region nor the endpoint is given, and no ARN names one. */
#define FL_ERR_AWS_REGION_MISSING \
    FL_E_VALIDATION, "AWS region ('aws.region') and/or AWS endpoint ('aws.endpoint') must be set in the config." \
    FL_ADVICE "add 'aws.region' = 'us-east-1' to WITH"

/* No region is called so; with an endpoint of its own any word will do. */
#define FL_ERR_AWS_REGION \
    FL_E_VALIDATION, "Invalid AWS region set in config: '%s'" \
    FL_ADVICE "regions are called us-east-1, eu-central-1, ap-southeast-2, …"

/* The fourth part of the ARN is not the name of a region. */
#define FL_ERR_AWS_ARN_REGION \
    FL_E_VALIDATION, "the ARN '%s' names no region" \
    FL_ADVICE "an ARN reads arn:aws:kinesis:us-east-1:123456789012:stream/name"

/* An endpoint is a scheme and a host, perhaps a port and a path, and nothing more. */
#define FL_ERR_AWS_ENDPOINT \
    FL_E_VALIDATION, "'%s' is not the address of a web service" \
    FL_ADVICE "write it as https://kinesis.us-east-1.amazonaws.com or http://localhost:4566"

/* The provider of credentials is a Java class, or reads what only a JVM has. */
#define FL_ERR_AWS_PROVIDER_JAVA \
    FL_E_UNSUPPORTED, "'%s' = '%s' is not supported: there is no JVM here" \
    FL_ADVICE "use AUTO, ENV_VAR, PROFILE, ASSUME_ROLE or WEB_IDENTITY_TOKEN"

/* BASIC needs both. */
#define FL_ERR_AWS_BASIC_KEYS \
    FL_E_VALIDATION, "Please set values for AWS Access Key ID ('%sbasic.accesskeyid') and Secret Key " \
                     "('%sbasic.secretkey') when using the BASIC AWS credential provider type." \
    FL_ADVICE "set both, or leave 'aws.credentials.provider' out and keep keys in the environment or in ~/.aws/credentials"

/* ASSUME_ROLE needs to know which. */
#define FL_ERR_AWS_ROLE_MISSING \
    FL_E_VALIDATION, "Please set value for AWS role ARN ('%srole.arn') when using the ASSUME_ROLE AWS credential " \
                     "provider type." \
    FL_ADVICE "add the ARN of the role to WITH: arn:aws:iam::123456789012:role/name"

/* Roles that assume roles end somewhere. */
#define FL_ERR_AWS_ROLES_NESTED \
    FL_E_VALIDATION, "'%s': more than %d roles are assumed one with another" \
    FL_ADVICE "let a role that comes earlier assume the last one directly"

/* ---- credentials ---- */

/* None of AWS's places has keys; the message says of each why not. */
#define FL_ERR_AWS_NO_CREDENTIALS \
    FL_E_VALIDATION, "no AWS credentials were found: %s" \
    FL_ADVICE "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or 'aws.credentials.basic.accesskeyid' and " \
              "'aws.credentials.basic.secretkey' in WITH (any words will do for a local stand-in)"

/* The access key id is not in the environment. */
#define FL_ERR_AWS_ENV_NO_KEY \
    FL_E_VALIDATION, "AWS_ACCESS_KEY_ID is not set" \
    FL_ADVICE "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY before flott is started"

/* One half of the keys is in the environment. */
#define FL_ERR_AWS_ENV_NO_SECRET \
    FL_E_VALIDATION, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not" \
    FL_ADVICE "export AWS_SECRET_ACCESS_KEY, too"

/* Keys and tokens are printable and have no blanks; others would break the request. */
#define FL_ERR_AWS_BAD_KEY \
    FL_E_VALIDATION, "%s: the %s is empty or has signs that none has" \
    FL_ADVICE "copy it again, without quotes, blanks and line breaks"

/* Credentials come with the time at which they expire. */
#define FL_ERR_AWS_EXPIRATION \
    FL_E_IO, "%s: '%.40s' is no time of expiration" \
    FL_ADVICE "check that it is really AWS that answers there"

/* A file that should hold a token holds blanks at most. */
#define FL_ERR_AWS_TOKEN_EMPTY \
    FL_E_VALIDATION, "'%s' is empty" \
    FL_ADVICE "see who writes this file: a token belongs into it"

/* An AWS service of credentials cannot be reached. */
#define FL_ERR_AWS_NO_ANSWER \
    FL_E_IO, "%s: %s" \
    FL_ADVICE "check that this machine reaches it, or choose another 'aws.credentials.provider'"

/* An answer came, and what should be in it is not. */
#define FL_ERR_AWS_NO_KEYS \
    FL_E_IO, "%s: the answer has no credentials" \
    FL_ADVICE "check that it is really AWS that answers there"

/* The service of credentials has refused. */
#define FL_ERR_AWS_METADATA_STATUS \
    FL_E_IO, "%s: %s %s: status %d" \
    FL_ADVICE "give the container or the instance a role, or choose another 'aws.credentials.provider'"

/* The metadata service has something else than credentials to say. */
#define FL_ERR_AWS_METADATA_CODE \
    FL_E_IO, "%s: the answer says %.60s" \
    FL_ADVICE "check the role of the instance and who may assume it"

/* The metadata service has nothing to say. */
#define FL_ERR_AWS_METADATA_EMPTY \
    FL_E_IO, "%s: the answer of %s is empty" \
    FL_ADVICE "check that it is really AWS that answers there"

/* The instance has no role, so it has no credentials. */
#define FL_ERR_AWS_NO_INSTANCE_ROLE \
    FL_E_IO, "%s: it has no role" \
    FL_ADVICE "attach an IAM role to the instance, or choose another 'aws.credentials.provider'"

/* Somebody has switched the metadata service off. */
#define FL_ERR_AWS_INSTANCE_OFF \
    FL_E_VALIDATION, "AWS_EC2_METADATA_DISABLED is true" \
    FL_ADVICE "unset it if the role of the instance is to be used"

/* This is no container of ECS or EKS. */
#define FL_ERR_AWS_NO_CONTAINER \
    FL_E_VALIDATION, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set" \
    FL_ADVICE "AWS sets one of them in a container that has a role"

/* A relative address is a path. */
#define FL_ERR_AWS_CONTAINER_PATH \
    FL_E_VALIDATION, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /" \
    FL_ADVICE "AWS sets it in a container that has a role: do not change it"

/* Only web addresses are asked. */
#define FL_ERR_AWS_CONTAINER_SCHEME \
    FL_E_VALIDATION, "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither http:// nor https://" \
    FL_ADVICE "AWS sets it in a container that has a role: do not change it"

/* Keys that travel to another machine without encryption are nobody's secret. */
#define FL_ERR_AWS_CONTAINER_FAR \
    FL_E_VALIDATION, "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http:// and leads to another machine" \
    FL_ADVICE "use https://, or an agent on this machine"

/* The token becomes a header, which is one line. */
#define FL_ERR_AWS_CONTAINER_TOKEN \
    FL_E_VALIDATION, "AWS_CONTAINER_AUTHORIZATION_TOKEN has more than one line" \
    FL_ADVICE "AWS sets it in a container that has a role: do not change it"

/* A web identity is a token in a file. */
#define FL_ERR_AWS_NO_TOKEN_FILE \
    FL_E_VALIDATION, "AWS_WEB_IDENTITY_TOKEN_FILE is not set" \
    FL_ADVICE "Kubernetes sets it in a pod whose service account has a role; or set 'aws.credentials.webIdentityToken.file'"

/* A web identity asks for a role. */
#define FL_ERR_AWS_NO_ROLE_ARN \
    FL_E_VALIDATION, "AWS_ROLE_ARN is not set" \
    FL_ADVICE "Kubernetes sets it in a pod whose service account has a role; or set 'aws.credentials.role.arn'"

/* The Security Token Service refuses: who asks may not assume the role, or the token is not good. */
#define FL_ERR_AWS_STS_REFUSES \
    FL_E_IO, "%s does not give the role '%s': %s: %s" \
    FL_ADVICE "check the ARN, and that the role's trust policy names who assumes it"

/* A line of a profile file is neither the head of a profile nor a setting. */
#define FL_ERR_AWS_PROFILE_LINE \
    FL_E_VALIDATION, "%s:%d: neither [a profile] nor a setting of one" \
    FL_ADVICE "lines read [default], and then key = value"

/* The head of a profile does not end. */
#define FL_ERR_AWS_PROFILE_HEAD \
    FL_E_VALIDATION, "%s:%d: a ] is missing" \
    FL_ADVICE "the head of a profile reads [default], or [profile name] in ~/.aws/config"

/* Neither of AWS's files is there. */
#define FL_ERR_AWS_NO_PROFILES \
    FL_E_VALIDATION, "there is neither %s nor %s" \
    FL_ADVICE "`aws configure` writes them; AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE name others"

/* No file has a profile of this name. */
#define FL_ERR_AWS_NO_PROFILE \
    FL_E_VALIDATION, "no profile '%s' in %s" \
    FL_ADVICE "check AWS_PROFILE and 'aws.credentials.profile.name'; in ~/.aws/config its head reads [profile name]"

/* A profile without a role holds keys itself. */
#define FL_ERR_AWS_PROFILE_KEYS \
    FL_E_VALIDATION, "profile '%s' has no %s (%s)" \
    FL_ADVICE "add aws_access_key_id and aws_secret_access_key to the profile, or role_arn and source_profile"

/* A role is assumed by exactly one. */
#define FL_ERR_AWS_PROFILE_SOURCE \
    FL_E_VALIDATION, "profile '%s' has a role_arn and %s source_profile %s credential_source" \
    FL_ADVICE "say with one of them who assumes the role"

/* AWS knows Environment, Ec2InstanceMetadata, EcsContainer. */
#define FL_ERR_AWS_PROFILE_UNKNOWN_SOURCE \
    FL_E_VALIDATION, "credential_source '%s' is unknown" \
    FL_ADVICE "use Environment, Ec2InstanceMetadata or EcsContainer"

/* Profiles name each other in a circle. */
#define FL_ERR_AWS_PROFILE_CIRCLE \
    FL_E_VALIDATION, "source_profile leads from profile to profile and does not end" \
    FL_ADVICE "let the last one hold keys"

/* Programs and browsers that give keys are the command line's business. */
#define FL_ERR_AWS_PROFILE_KIND \
    FL_E_UNSUPPORTED, "profile '%s' uses %s, which is not supported" \
    FL_ADVICE "put keys into the environment first: eval \"$(aws configure export-credentials --format env)\""

/* ---- calls ---- */

/* There is no memory or thread for connections. */
#define FL_ERR_AWS_OPEN \
    FL_E_IO, "cannot open a connection to '%s': %s" \
    FL_ADVICE "close what else runs on this machine, or raise its limits"

/* The job was stopped while a call was on its way. */
#define FL_ERR_AWS_CANCELED \
    FL_E_CANCELED, "the job was canceled while it waited for %s" \
    FL_ADVICE "nothing to mend: somebody asked for it"

/* The service has refused a call, or has not answered; its words end the message. */
#define FL_ERR_AWS_CALL \
    FL_E_IO, "%s failed%s at %s (region %s): %s" \
    FL_ADVICE "check 'aws.endpoint' and the network"

/* ---- advice that replaces that of an entry ---- */

/* The peer's certificate is signed by nobody who is trusted. */
#define FL_HINT_AWS_CERTIFICATE \
    "if that is a local stand-in with a certificate of its own, add 'aws.trust.all.certificates' = 'true'; " \
    "$SSL_CERT_FILE names other authorities"

/* The connection to a port of this machine was refused. */
#define FL_HINT_AWS_NOBODY_HERE \
    "nobody listens there: start a local service, for example kinesis-local from npm, or change " \
    "'aws.endpoint'"

/* The connection to another machine was refused. */
#define FL_HINT_AWS_NOBODY \
    "nobody listens there: check 'aws.endpoint'"

/* The name of the host is not known. */
#define FL_HINT_AWS_HOST \
    "check 'aws.region' and 'aws.endpoint', and whether this machine reaches the network"

/* The other side does not speak TLS as it should. */
#define FL_HINT_AWS_TLS \
    "does the endpoint speak plain HTTP? then write http:// in 'aws.endpoint'"

/* The service does not accept the time of the signature, and has not told its own. */
#define FL_HINT_AWS_CLOCK \
    "the clock of this machine is wrong: AWS accepts a few minutes"

/* The service does not accept the time of the signature. */
#define FL_HINT_AWS_CLOCK_OFF \
    "the clock of this machine is %lld s %s that of the service: AWS accepts a few minutes"

/* Temporary credentials are over. */
#define FL_HINT_AWS_EXPIRED \
    "the session token has expired: get new credentials, or use a provider that renews them ('aws.credentials.provider')"

/* No account has this access key. */
#define FL_HINT_AWS_UNKNOWN_KEY \
    "AWS does not know this access key: check the access key id, and whether a session token belongs to it; " \
    "'aws.credentials.provider' says where keys come from"

/* The signature was made with another secret, or for another region. */
#define FL_HINT_AWS_SECRET \
    "the secret key does not belong to the access key, or 'aws.region' is not that of the endpoint"

/* The message names the right that is missing. */
#define FL_HINT_AWS_RIGHT \
    "the credentials are good but lack a right: allow it in IAM for %s"

/* The stream is not there. */
#define FL_HINT_AWS_NOT_FOUND \
    "there is no '%s' in region %s at %s: check the name, 'aws.region' and 'aws.endpoint', or create it"

/* The service's limits are per shard and second. */
#define FL_HINT_AWS_LIMITS \
    "the service is asked more often than its limits allow: fewer readers, or more shards"

/* The key that encrypts the stream cannot be used. */
#define FL_HINT_AWS_KMS \
    "the stream is encrypted: check its KMS key and the rights to it"

/* The service has a fault of its own. */
#define FL_HINT_AWS_SERVICE \
    "the service itself has a problem: try again later"

/* What answers there does not answer as AWS does. */
#define FL_HINT_AWS_WHO \
    "is that really %s? check 'aws.endpoint'"

/* The service's own words say it all. */
#define FL_HINT_AWS_ITS_WORDS \
    "see what %s says of %s"

/* ---- places: what stands before a message ---- */

/* Stands before the reason why the provider that was asked for had nothing. */
#define FL_AT_AWS_PROVIDER \
    "no AWS credentials from %s: "

/* Stands before the reason why nobody can assume the role. */
#define FL_AT_AWS_WHO_ASSUMES \
    "who is to assume the role '%s': "

/* Stands before what is wrong with the profile that another one names. */
#define FL_AT_AWS_PROFILE \
    "profile '%s': "

/* Flink's words for a provider that has another name. */
#define FL_AT_AWS_PROVIDER_TYPE \
    "Invalid AWS Credential Provider Type set in config. "

// clang-format on

#endif
