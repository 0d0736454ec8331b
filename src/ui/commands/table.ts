import type { Command } from './command';
import { disconnect, editTrust, renameConnection, updateCredential } from './connection';
import {
  copyLoginServer,
  createRegistry,
  deleteRegistry,
  openInPortal,
  selectSubscriptions,
  signInToTenant,
} from './azureResources';
import { confirmSignIn } from './confirmSignIn';
import { compareImages } from './compareImages';
import { connectRegistry } from './connectRegistry';
import { copyAs } from './copyAs';
import { copyFullTag } from './copyFullTag';
import { copyImageDigest } from './copyImageDigest';
import { deleteImage } from './deleteImage';
import { deleteRepository } from './deleteRepository';
import { deployToAppService, deployToContainerApps } from './deploy';
import { logInDocker, logOutDocker } from './dockerLogin';
import { importDockerLogins } from './importDockerLogins';
import { editAddress } from './editAddress';
import { copyReport, diagnoseConnection } from './diagnoseConnection';
import { copyRow, deleteRow, filterRow, renameRow } from './keys';
import { addToFavourites, removeFromFavourites } from './favourites';
import { clearFilter, clearFilters, filterRows } from './filterRows';
import { viewAsList, viewAsTree } from './folders';
import { sortRows } from './sortRows';
import { goToImage } from './goToImage';
import { inspectImage } from './inspectImage';
import { inspectImageManifest } from './inspectImageManifest';
import { lockTag, unlockTag } from './locks';
import { addNamespace, removeNamespace } from './namespaces';
import { openImage } from './openImage';
import { openAttachment } from './openAttachment';
import { openInBrowser } from './openInBrowser';
import { addRepository, removeRepository } from './pins';
import { pullByReference, pullImage } from './pullImage';
import { pullRepository } from './pullRepository';
import { pushImage } from './pushImage';
import { refresh, refreshAll, refreshImages } from './refresh';
import { removeImage } from './removeImage';
import { loadMore, retry } from './rows';
import { searchRepositories } from './searchRepositories';
import { showLog } from './showLog';
import { showPullLimit } from './showPullLimit';
import { tagImage } from './tagImage';
import { untagImage } from './untagImage';
import { useEngine } from './useEngine';
import { viewProperties } from './viewProperties';

/** All commands. package.json contributes the same commands; test/unit/manifest.test.ts checks this. */
export const commands: readonly Command[] = [
  connectRegistry,
  goToImage,
  importDockerLogins,
  pullByReference,
  useEngine,
  refreshAll,
  clearFilters,
  viewAsTree,
  viewAsList,
  refreshImages,
  showLog,
  pushImage,
  tagImage,
  pullImage,
  pullRepository,
  deployToAppService,
  deployToContainerApps,
  createRegistry,
  copyFullTag,
  copyAs,
  copyImageDigest,
  copyLoginServer,
  openImage,
  inspectImageManifest,
  inspectImage,
  compareImages,
  openAttachment,
  openInBrowser,
  openInPortal,
  viewProperties,
  searchRepositories,
  showPullLimit,
  diagnoseConnection,
  addNamespace,
  removeNamespace,
  addRepository,
  removeRepository,
  addToFavourites,
  removeFromFavourites,
  filterRows,
  clearFilter,
  sortRows,
  renameConnection,
  editAddress,
  confirmSignIn,
  updateCredential,
  editTrust,
  selectSubscriptions,
  signInToTenant,
  lockTag,
  unlockTag,
  logInDocker,
  logOutDocker,
  refresh,
  untagImage,
  deleteImage,
  deleteRepository,
  deleteRegistry,
  removeImage,
  disconnect,
  loadMore,
  retry,
  copyReport,
  copyRow,
  renameRow,
  filterRow,
  deleteRow,
];
