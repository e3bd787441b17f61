#include "CZones.h"

// #embed is C23; the compiler accepts it in every mode and would warn. Edits of the files are tracked by the build.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t windows_update[] = {
#embed "../../Zones/catalog/windows-update.yaml"
};
static const uint8_t others[] = {
#embed "../../Zones/catalog/others.yaml"
};
static const uint8_t known_hosts[] = {
#embed "../../Zones/catalog/known-hosts.tsv"
};
static const uint8_t chains[] = {
#embed "../../Zones/catalog/chains.tsv"
};
static const uint8_t errors[] = {
#embed "../../Zones/catalog/errors.yaml"
};
static const uint8_t update_service[] = {
#embed "../../Zones/update-service.zone"
};

static const patchway_zones_file files[] = {
    {"catalog/windows-update.yaml", windows_update, sizeof windows_update},
    {"catalog/others.yaml", others, sizeof others},
    {"catalog/known-hosts.tsv", known_hosts, sizeof known_hosts},
    {"catalog/chains.tsv", chains, sizeof chains},
    {"catalog/errors.yaml", errors, sizeof errors},
    {"update-service.zone", update_service, sizeof update_service},
};

const patchway_zones_file *patchway_zones_files(size_t *count) {
    *count = sizeof files / sizeof *files;
    return files;
}
